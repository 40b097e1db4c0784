/// One fact of a file that other devices take over: content-addressed, made once and never changed.
package struct ExchangeRecord: Hashable, Sendable {
    /// SHA-256 of everything it says: 32 bytes. The same fact made on two devices has one id.
    package var id: [UInt8]
    /// The format of the payload. A build that doesn't know it keeps the record as it is.
    package var schema: Int
    /// What it says: JSON in UTF-8 with sorted keys.
    package var payload: [UInt8]
    /// Ids of records whose payload is to be gone from the hub, as an erasure asks.
    package var erases: [[UInt8]]

    /// Assembles a record.
    package init(id: [UInt8], schema: Int, payload: [UInt8], erases: [[UInt8]] = []) {
        self.id = id
        self.schema = schema
        self.payload = payload
        self.erases = erases
    }
}
