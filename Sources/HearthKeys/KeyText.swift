import Crypto
import FoundationEssentials

/// A key as a command prints it.
enum KeyText {
    /// The key in what a command printed: 32 bytes, or one line that is base64 or hexadecimal digits of 32 bytes; nil if
    /// it is anything else.
    ///
    /// Thirty-two printable characters are no key: of random bytes they come once in 10¹³, of a person's password always.
    static func key(in printed: [UInt8]) -> SymmetricKey? {
        let size = KeyIdentifier.keySize
        if printed.count == size {
            return printed.allSatisfy(isPrintable) ? nil : SymmetricKey(data: printed)
        }
        let line = withoutLineEnd(printed)
        if line.count == 2 * size, var bytes = Hexadecimal.bytes(line) { return SymmetricKey(wiping: &bytes) }
        guard var bytes = base64(line), bytes.count == size else { return nil }
        return SymmetricKey(wiping: &bytes)
    }

    /// As RFC 4648 has it, padded, with nothing in between.
    private static func base64(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard let data = Data(base64Encoded: Data(line)), data.base64EncodedData() == Data(line) else { return nil }
        return Array(data)
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private static func withoutLineEnd(_ printed: [UInt8]) -> ArraySlice<UInt8> {
        var line = printed[...]
        if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return line
    }
}
