public import HearthModel

public import struct Crypto.SymmetricKey

/// Gives keys that stand in a file of their own: 32 random bytes each, one behind the other.
///
/// The last one is the current key. A new key is appended, and the earlier ones stay for what they have wrapped. The
/// file is read at every call, so a key that was appended counts from then on.
///
/// The file must be reached by its owner alone (`chmod 600`), and the owner must be the user of the process. A symbolic
/// link is refused. Whoever has both this file and the store can read the sensitive memories, so keep it, and its
/// backup, elsewhere than the store.
public struct FileKeyProvider: KeyProvider {
    /// Where the file is.
    public let path: String

    /// How many keys a file may have.
    private static let limit = 1_024

    /// Gives the keys of a file; it is read when a key is needed.
    public init(path: String) {
        self.path = path
    }

    /// Makes a file with one random key, mode 0600; a file that is there stays as it is. Durable on return.
    ///
    /// - Returns: The provider that gives the key.
    /// - Throws: `.invalidArgument` if there is something of that name; `.keyUnavailable` if it can't be written.
    @discardableResult
    public static func create(at path: String) throws -> FileKeyProvider {
        let provider = FileKeyProvider(path: path)
        var bytes = SymmetricKey(size: .bits256).withUnsafeBytes(Array.init)
        defer { bytes.wipe() }
        guard try provider.file.create(bytes) else {
            throw MemoryError(
                code: .invalidArgument,
                message:
                    "\(path) is there already and stays as it is: a key that is lost can't be made again. Name another file."
            )
        }
        return provider
    }

    /// The key of that identifier, or the last one of the file.
    ///
    /// - Throws: `MemoryError` with `.keyUnavailable`, which names what is wrong with the file and what mends it, or the
    ///   identifiers that are missing and there.
    public func key(for identifier: String?) throws -> (identifier: String, key: SymmetricKey) {
        let keys = try keys()
        guard let identifier else { return keys[keys.count - 1] }
        guard let key = keys.first(where: { $0.identifier == identifier }) else {
            let held = keys.map(\.identifier).joined(separator: ", ")
            throw file.refusal(
                "has not the key \(identifier) that the store was written with; it has \(held). Give the earlier key file, or append its keys in front of these."
            )
        }
        return key
    }

    private var file: PrivateFile { PrivateFile(path: path, kind: "key file") }

    private func keys() throws(MemoryError) -> [(identifier: String, key: SymmetricKey)] {
        let size = KeyIdentifier.keySize
        guard var bytes = try file.bytes(upTo: Self.limit * size) else {
            throw file.refusal(
                "is not there. If the store has sealed memories, put back the file that it was written with; otherwise run: hearth keys init \(file.word)"
            )
        }
        defer { bytes.wipe() }
        guard !bytes.isEmpty, bytes.count.isMultiple(of: size) else {
            throw file.refusal(
                "has \(bytes.count) bytes; a key has \(size), and a file one or more of them. It was cut or holds something else: put it back from a backup."
            )
        }
        return stride(from: 0, to: bytes.count, by: size)
            .map { start in
                let key = bytes[start..<start + size].withUnsafeBytes { SymmetricKey(data: $0) }
                return (KeyIdentifier.identifier(of: key), key)
            }
    }
}
