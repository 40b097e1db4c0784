internal import FoundationEssentials
internal import HearthModel

/// A row of the hub as the store keeps it while it can't be taken over.
enum KeptRow {
    /// A record that waits for others.
    case record(ExchangeRecord)
    /// A row that does not open yet.
    case sealed(HubRow)

    private struct Record: Codable {
        var id: [UInt8]
        var schema: Int
        var payload: [UInt8]
        var erases: [[UInt8]]
    }

    init?(bytes: [UInt8]) {
        var reader = ByteReader(Array(bytes.dropFirst()))
        switch bytes.first {
        case 0:
            guard let record = try? JSONDecoder().decode(Record.self, from: Data(bytes.dropFirst())) else { return nil }
            self = .record(
                ExchangeRecord(id: record.id, schema: record.schema, payload: record.payload, erases: record.erases)
            )
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
        switch self {
        case .record(let record):
            let kept = Record(id: record.id, schema: record.schema, payload: record.payload, erases: record.erases)
            return [0] + ((try? JSONEncoder().encode(kept)).map(Array.init) ?? [])
        case .sealed(let row):
            var writer = ByteWriter()
            writer.append(row.seq)
            writer.append(row.kind.rawValue)
            writer.append(fixed: row.id)
            writer.append(fixed: row.ciphertext)
            return [1] + writer.bytes
        }
    }
}
