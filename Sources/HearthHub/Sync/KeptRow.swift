internal import HearthModel

/// A row of the hub as the store keeps it while it can't be taken over.
enum KeptRow {
    /// A record that waits for others.
    case record(ExchangeRecord)
    /// A row that does not open yet.
    case sealed(HubRow)

    init?(bytes: [UInt8]) {
        var reader = ByteReader(Array(bytes.dropFirst()))
        switch bytes.first {
        case 0:
            guard let id = try? reader.fixed(32), let schema = try? reader.number(Int.self),
                let payload = try? reader.counted(),
                let erases = try? reader.list({ reader throws(ByteReader.Malformed) in try reader.fixed(32) })
            else { return nil }
            self = .record(ExchangeRecord(id: id, schema: schema, payload: payload, erases: erases))
        case 1:
            guard let seq = try? reader.number(Int64.self), let kind = try? reader.number(Int32.self),
                let id = try? reader.fixed(32), let ciphertext = try? reader.fixed(reader.count)
            else { return nil }
            self = .sealed(
                HubRow(seq: seq, id: id, kind: HubRow.Kind(rawValue: kind), ciphertext: ciphertext)
            )
        default:
            return nil
        }
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .record(let record):
            writer.append(UInt8(0))
            writer.append(fixed: record.id)
            writer.append(record.schema)
            writer.append(counted: record.payload)
            writer.append(UInt32(record.erases.count))
            for id in record.erases { writer.append(fixed: id) }
        case .sealed(let row):
            writer.append(UInt8(1))
            writer.append(row.seq)
            writer.append(row.kind.rawValue)
            writer.append(fixed: row.id)
            writer.append(fixed: row.ciphertext)
        }
        return writer.bytes
    }
}
