internal import Crypto
internal import HearthModel

/// Sixteen bytes that name something.
package protocol SixteenBytes: Hashable, Comparable, Sendable, CustomStringConvertible {
    var bytes: [UInt8] { get }
    /// Takes 16 bytes; nil for any other number.
    init?(bytes: some Collection<UInt8>)
}

extension SixteenBytes {
    /// The bytes as 32 hexadecimal digits.
    package var description: String { Hexadecimal.string(bytes) }

    package init?(_ digits: String) {
        guard let bytes = Hexadecimal.bytes(digits[...], count: 16) else { return nil }
        self.init(bytes: bytes)
    }

    package static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

/// Names a space: the devices that exchange with each other.
///
/// It is made of the founder's key, so that nobody else can found the same space again.
package struct SpaceID: SixteenBytes {
    package let bytes: [UInt8]

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    /// The space that a device of that signing key founds with 16 random bytes.
    init(founder signingKey: [UInt8], salt: [UInt8]) {
        bytes = Array(SHA256.hash(data: Array("hearth.space.1".utf8) + signingKey + salt).prefix(16))
    }
}

/// Names a device by its signing key.
package struct DeviceID: SixteenBytes {
    package let bytes: [UInt8]

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    init(signingKey: [UInt8]) {
        bytes = Array(SHA256.hash(data: Array("hearth.device.1".utf8) + signingKey).prefix(16))
    }
}

/// Names the key of a time between two removals.
package struct EpochID: SixteenBytes {
    package let bytes: [UInt8]

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    /// The epoch of the space's own key, which every device has.
    package static let first = EpochID(zeros: ())

    private init(zeros: Void) { bytes = [UInt8](repeating: 0, count: 16) }

    static func random() -> EpochID {
        EpochID(bytes: SymmetricKey(size: .bits128).withUnsafeBytes(Array.init)) ?? .first
    }
}
