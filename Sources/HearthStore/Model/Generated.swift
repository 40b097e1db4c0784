import FoundationEssentials

/// Identifiers the engine makes: a prefix and the 32 hexadecimal digits of a UUIDv7 (RFC 9562).
enum Generated {
    /// 48 bits of milliseconds, then version, variant and 74 random bits.
    static func hexadecimalUUID(at time: Timestamp = StoreClock.system.now()) -> String {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(clamping: time.rawValue / 1_000) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | generator.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
        return hexadecimal(high) + hexadecimal(low)
    }

    static func memoryID(at time: Timestamp) -> MemoryID { MemoryID(rawValue: "mem_" + hexadecimalUUID(at: time)) }
    static func sessionID(at time: Timestamp) -> SessionID { SessionID(rawValue: "sess_" + hexadecimalUUID(at: time)) }
    static func conflictID(at time: Timestamp) -> ConflictID {
        ConflictID(rawValue: "conf_" + hexadecimalUUID(at: time))
    }
    static func operationID(at time: Timestamp) -> OperationID {
        OperationID(rawValue: "op_" + hexadecimalUUID(at: time))
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        withUnsafeBytes(of: value.bigEndian) { Hexadecimal.string($0) }
    }
}
