import Crypto

/// What a key is called.
///
/// The first 128 bits of HMAC-SHA-256 under the key, of a text that nothing else uses: it tells nothing of the key, two
/// keys never have the same in practice, and a key has the same whichever provider gives it, so that it can be moved
/// from a file into a secret service.
enum KeyIdentifier {
    /// How long a key is, in bytes.
    static let keySize = 32
    private static let text = Array("hearth key identifier 1".utf8)
    private static let size = 16

    static func identifier(of key: SymmetricKey) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: text, using: key)
        return "key_" + Hexadecimal.digits(code.prefix(size))
    }
}

/// Bytes as two digits each.
enum Hexadecimal {
    static func digits(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        .joined()
    }

    /// The bytes that digits stand for, upper-case or lower-case; nil if there is anything else.
    static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
