@testable import HearthModel
@testable import HearthStore

/// A hub that is nothing but a list. It numbers what it gets and holds each record once.
final class ListedHub {
    private(set) var records: [ExchangeRecord] = []
    private var known: Set<[UInt8]> = []
    /// What was blanked, and how many records there were then: an earlier state has it still.
    private var blanked: [(place: Int, payload: [UInt8], count: Int)] = []

    func publish(_ new: [ExchangeRecord]) {
        for record in new {
            if known.insert(record.id).inserted { records.append(record) }
            for erased in record.erases {
                guard let place = records.firstIndex(where: { $0.id == erased }), !records[place].payload.isEmpty else {
                    continue
                }
                blanked.append((place, records[place].payload, records.count))
                records[place].payload = []
            }
        }
    }

    func fetch(after cursor: Int64, atMost count: Int) -> [ReceivedRecord] {
        records.enumerated().dropFirst(Int(cursor)).prefix(count)
            .map { index, record in
                ReceivedRecord(
                    position: Int64(index + 1),
                    sealed: record.payload,
                    record: record.payload.isEmpty ? nil : record
                )
            }
    }

    func record(at position: Int64) -> ExchangeRecord? {
        let record = records[Int(position) - 1]
        return record.payload.isEmpty ? nil : record
    }

    /// What else is said of the memory of a record, for whoever looks into a failure.
    func records(aboutMemoryOf text: String) -> String {
        guard let start = text.firstRange(of: "mem_")?.lowerBound else { return "" }
        let id = text[start...].prefix { $0 == "_" || $0.isLetter || $0.isNumber }
        let others = records.enumerated()
            .map { ($0 + 1, String(decoding: $1.payload, as: UTF8.self)) }
            .filter { $1.contains(id) && $1 != text }
        return others.map { "    \($0) \($1)" }.joined(separator: "\n")
    }

    /// Puts the hub back to a state of before.
    func forget(behind count: Int) {
        for record in records.dropFirst(count) { known.remove(record.id) }
        records.removeLast(max(0, records.count - count))
        for row in blanked where row.count > count && row.place < count { records[row.place].payload = row.payload }
        blanked.removeAll { $0.count > count }
    }
}
