/// Lower-case hexadecimal, both ways.
package enum Hexadecimal {
    package static func string(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[2 * index] = digit(byte >> 4)
                text[2 * index + 1] = digit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    /// Exactly `count` bytes, or nil.
    package static func bytes(_ text: Substring, count: Int) -> [UInt8]? {
        var text = text
        return text.withUTF8 { digits in
            guard digits.count == count * 2 else { return nil }
            var result: [UInt8] = []
            result.reserveCapacity(count)
            for index in 0..<count {
                guard let high = value(digits[2 * index]), let low = value(digits[2 * index + 1]) else { return nil }
                result.append(high << 4 | low)
            }
            return result
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
