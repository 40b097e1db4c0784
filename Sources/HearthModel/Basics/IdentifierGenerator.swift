import FoundationEssentials
import Glibc
import Synchronization

/// Identifiers the engine makes: a prefix and the 32 hexadecimal digits of a UUIDv7 (RFC 9562).
package enum IdentifierGenerator {
    /// 48 bits of milliseconds, then version, variant and 74 random bits.
    package static func hexadecimalUUID(at time: Timestamp = StoreClock.system.now()) -> String {
        let (first, second) = random.withLock { ($0.next(), $0.next()) }
        let milliseconds = UInt64(clamping: time.rawValue / 1_000) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | first & 0x0FFF
        let low = 0x8000_0000_0000_0000 | second & 0x3FFF_FFFF_FFFF_FFFF
        return hexadecimal(high) + hexadecimal(low)
    }

    private static let random = Mutex(RandomWords())

    package static func memoryID(at time: Timestamp) -> MemoryID {
        MemoryID(rawValue: "mem_" + hexadecimalUUID(at: time))
    }
    package static func sessionID(at time: Timestamp) -> SessionID {
        SessionID(rawValue: "sess_" + hexadecimalUUID(at: time))
    }
    package static func conflictID(at time: Timestamp) -> ConflictID {
        ConflictID(rawValue: "conf_" + hexadecimalUUID(at: time))
    }
    package static func operationID(at time: Timestamp) -> OperationID {
        OperationID(rawValue: "op_" + hexadecimalUUID(at: time))
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        withUnsafeBytes(of: value.bigEndian) { Hexadecimal.string(Array($0)) }
    }
}

/// Random numbers from the kernel, fetched many at a time: a call for each would cost as much as the rest of an
/// identifier.
private struct RandomWords {
    /// 256 bytes, as many as `getentropy` gives at once.
    private static let batch = 32

    private var words: [UInt64] = []

    mutating func next() -> UInt64 {
        if let word = words.popLast() { return word }
        var generator = SystemRandomNumberGenerator()
        words = [UInt64](repeating: 0, count: Self.batch)
        let size = Self.batch * MemoryLayout<UInt64>.size
        if getentropy(&words, size) != 0 { words = words.map { _ in generator.next() } }
        return words.popLast() ?? generator.next()
    }
}

/// Bytes as lower-case hexadecimal digits, and back.
package enum Hexadecimal {
    package static func string(_ bytes: [UInt8], after prefix: String = "") -> String {
        let count = prefix.utf8.count
        return String(unsafeUninitializedCapacity: count + bytes.count * 2) { text in
            _ = text.initialize(fromContentsOf: prefix.utf8)
            for (index, byte) in bytes.enumerated() {
                text[count + 2 * index] = digit(byte >> 4)
                text[count + 2 * index + 1] = digit(byte & 15)
            }
            return count + bytes.count * 2
        }
    }

    /// The bytes that the digits stand for; nil unless there are exactly `count`.
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
