import FoundationEssentials
import HearthModel
import HearthSQLite
import HearthText

/// Reads the SQLite file of mcp-memory-service.
enum MemoryServiceRows {
    static let namespace = "mcp-memory-service"

    static func reader(_ database: ForeignDatabase) throws -> DatabaseReader {
        try database.require("memories", ["content_hash", "content", "tags"], of: .mcpMemory)
        let columns = [
            "content_hash", "content", "tags", database.column("memory_type", of: "memories"),
            database.column("metadata", of: "memories"), database.column("created_at", of: "memories"),
            database.column("updated_at", of: "memories"), database.column("deleted_at", of: "memories"),
            database.column("created_at_iso", of: "memories"), database.column("updated_at_iso", of: "memories"),
        ]
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM memories ORDER BY rowid"
        return try DatabaseReader(database, sql, counting: "memories") { row, number in
            item(row, place: "row \(number)")
        }
    }

    private static func item(_ row: Row, place: String) -> ForeignItem {
        guard row.isNull(7) else { return .left(.deleted, count: 1) }
        let hash = row.string(0)
        let place = "\(place) (\(hash.prefix(12)))"
        do {
            guard let text = try row.checkedText(1), !text.isEmpty else { return .left(.empty, count: 1) }
            var metadata: [String: String] = [:]
            if let json = try row.checkedText(4), !json.isEmpty {
                if let value = try? JSONParser.parse(Array(json.utf8), as: .lenient), let object = value.object {
                    metadata.note(object)
                } else {
                    metadata["metadata"] = json
                }
            }
            metadata.set("source", namespace)
            metadata.set("content_hash", hash)
            metadata.set("memory_type", row.optionalString(3).flatMap { $0.isEmpty ? nil : $0 })
            metadata.set("updated_at", row.optionalString(6) ?? row.optionalString(9))
            let created = moment(row, 5) ?? moment(row, 8)
            if created == nil { metadata.set("created_at", row.optionalString(5) ?? row.optionalString(8)) }
            let labels = metadata.labels(tags(try row.checkedText(2) ?? ""))
            let draft = MemoryDraft(
                content: text,
                type: .semantic,
                category: .knowledge,
                tags: labels,
                metadata: metadata,
                createdAt: created
            )
            return .memory(ForeignMemory(place: place, key: [namespace, hash], draft: draft))
        } catch {
            return .refused(place: place, reason: "its text is not UTF-8")
        }
    }

    /// It writes seconds since 1970, and the same as text in another column; other programs wrote text into both.
    private static func moment(_ row: Row, _ column: Int32) -> Date? {
        guard let text = row.optionalString(column) else { return nil }
        guard Double(text) != nil else { return ForeignTime.date(text) }
        return ForeignTime.date(.number(row.double(column)))
            .flatMap { abs($0.timeIntervalSince1970) < endOfTime ? $0 : nil }
    }

    /// The year 10,000: what is later is no time.
    private static let endOfTime = 253_402_300_800.0

    /// It writes them with commas between; early releases wrote a list as JSON.
    private static func tags(_ text: String) -> [String] {
        if text.hasPrefix("["), let list = try? JSONParser.parse(Array(text.utf8), as: .lenient) {
            return (list.array ?? []).compactMap(\.metadataText)
        }
        return text.split(separator: ",").map(String.init)
    }
}
