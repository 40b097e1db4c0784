import HearthModel
import HearthSQLite
import HearthText

/// Reads the `history.db` of mem0: what became of each memory, of which the last event says what it is now.
///
/// It doesn't say whose memories they are; what `get_all` gives does.
enum Mem0History {
    static func reader(_ database: ForeignDatabase) throws -> DatabaseReader {
        try database.require("history", ["memory_id", "new_memory", "event"], of: .mem0)
        let actor = database.column("actor_id", of: "history")
        let role = database.column("role", of: "history")
        let created = database.column("created_at", of: "history")
        let updated = database.column("updated_at", of: "history")
        let deleted = database.column("is_deleted", of: "history")
        // Rows are only ever added, so that the last one is the newest whatever their clocks said. What is sorted has no texts, and so
        // needs little memory; without the limit SQLite would leave out the order inside and sort the texts.
        let sql = """
            SELECT h.memory_id, h.new_memory, h.event, h.\(deleted), g.created, h.\(updated), h.\(actor), h.\(role), g.events
            FROM (
                SELECT max(rowid) AS last, min(\(created)) AS created, count(*) AS events
                FROM history GROUP BY memory_id ORDER BY last LIMIT -1
            ) AS g CROSS JOIN history AS h ON h.rowid = g.last
            """
            .replacing("h.NULL", with: "NULL")
        return try DatabaseReader(database, sql, counting: "history") { row, number in
            item(row, number: number)
        }
    }

    private static func item(_ row: Row, number: Int) -> ForeignItem {
        let id = row.string(0)
        guard row.string(2) != "DELETE", !row.bool(3) else { return .left(.deleted, count: 1) }
        do {
            var value: JSONObject = ["id": .string(id), "memory": .string(try row.checkedText(1) ?? "")]
            value["created_at"] = row.optionalString(4).map { .string($0) }
            value["updated_at"] = row.optionalString(5).map { .string($0) }
            value["actor_id"] = row.optionalString(6).map { .string($0) }
            value["role"] = row.optionalString(7).map { .string($0) }
            return Mem0.item(.object(value), number: number)
        } catch {
            return .refused(place: "memory \(number) (\(id))", reason: "its text is not UTF-8")
        }
    }
}
