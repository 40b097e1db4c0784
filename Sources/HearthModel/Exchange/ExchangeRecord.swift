/// One fact of a file that other devices take over: content-addressed, made once and never changed.
package struct ExchangeRecord: Hashable, Sendable {
    /// SHA-256 of everything it says, 32 bytes. The same fact made on two devices has one id.
    package var id: [UInt8]
    /// The format of the payload. A build that does not know it keeps the record as it is.
    package var schema: Int
    /// What it says: UTF-8 JSON with sorted keys. What passes it on does not look into it.
    package var payload: [UInt8]
    /// The ids of records whose payload is to be gone from the hub, as an erasure asks; empty for every other record.
    package var erases: [[UInt8]]

    /// Puts a fact together; nothing is checked.
    package init(id: [UInt8], schema: Int, payload: [UInt8], erases: [[UInt8]] = []) {
        self.id = id
        self.schema = schema
        self.payload = payload
        self.erases = erases
    }
}
