/// A row of the hub as the store keeps it while it can't be taken over: sealed, as it came.
///
/// What a row says may be about a sensitive memory, which is never plain in the store's file.
struct KeptRow {
    let row: HubRow

    init(_ row: HubRow) { self.row = row }

    /// Nil if the bytes are of no kept row.
    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let seq = try? reader.number(Int64.self), let kind = try? reader.number(Int32.self),
            let id = try? reader.fixed(32), let ciphertext = try? reader.fixed(reader.count)
        else { return nil }
        row = HubRow(seq: seq, id: id, kind: HubRow.Kind(rawValue: kind), ciphertext: ciphertext)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(row.seq)
        writer.append(row.kind.rawValue)
        writer.append(fixed: row.id)
        writer.append(fixed: row.ciphertext)
        return writer.bytes
    }
}
