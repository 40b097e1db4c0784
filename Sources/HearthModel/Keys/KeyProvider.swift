public import struct Crypto.SymmetricKey

/// Gives the key that protects the keys of users whose memories are sealed.
///
/// A provider's key never seals a memory itself: it wraps one key per user, so that it can change without a memory being
/// read. A provider that has had several keys gives each of them by its identifier for as long as something in a file is
/// wrapped by it.
public protocol KeyProvider: Sendable {
    /// The key of that identifier, or the one to use now.
    ///
    /// - Parameter identifier: The identifier that came with a key earlier; nil: the current key.
    /// - Returns: The key, of 256 bits, and its identifier. The identifier is stored in the file as it is, so it must tell
    ///   nothing about the key.
    /// - Throws: What keeps the provider from giving the key. The store reports it as `.keyUnavailable`.
    func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey)
}
