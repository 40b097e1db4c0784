/// A row of the hub as the store keeps it while it can't be taken over: sealed, as it came.
///
/// What a row says may be about a sensitive memory, which is never plain in the store's file.
struct KeptRow {
    /// What is kept of one that is too much to keep whole: its format and epoch tell when it can be read.
    private static let beginning = 17

    let row: HubRow
    /// Whether only the beginning is kept, and the rest is on the hub.
    let isShortened: Bool

    init(_ row: HubRow) { (self.row, isShortened) = (row, false) }

    /// Keeps only the beginning of a row.
    init(shortening row: HubRow) {
        var row = row
        row.ciphertext = Array(row.ciphertext.prefix(Self.beginning))
        (self.row, isShortened) = (row, true)
    }

    /// Nil if the bytes are of no kept row.
    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let seq = try? reader.number(Int64.self), let kind = try? reader.number(Int32.self),
            let id = try? reader.fixed(32), let ciphertext = try? reader.fixed(reader.count)
        else { return nil }
        // No number is negative, so a sign tells.
        isShortened = seq < 0
        guard let number = seq == .min ? nil : abs(seq) else { return nil }
        row = HubRow(seq: number, id: id, kind: HubRow.Kind(rawValue: kind), ciphertext: ciphertext)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(isShortened ? -row.seq : row.seq)
        writer.append(row.kind.rawValue)
        writer.append(fixed: row.id)
        writer.append(fixed: row.ciphertext)
        return writer.bytes
    }
}
