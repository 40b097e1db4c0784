import HearthModel
import HearthSQLite
import HearthText

/// Reads the file of LangGraph's SqliteStore: JSON under a namespace and a key.
enum LangGraphItems {
    static let namespace = "langgraph"

    /// Where the text stands in values that people store: the documentation's own examples, LangMem's, and common names.
    private static let textKeys = ["content", "text", "memory", "data", "value", "fact"]

    static func reader(_ database: ForeignDatabase) throws -> DatabaseReader {
        guard database.columns["store"] != nil || database.columns["checkpoints"] == nil else {
            throw ForeignFileError(
                .wrongKind,
                """
                \(database.name) has LangGraph's checkpoints and no store. Checkpoints are states of a graph and not memories; import \
                the file that SqliteStore writes.
                """
            )
        }
        try database.require("store", ["prefix", "key", "value"], of: .langgraph)
        let columns = [
            "prefix", "key", "value", database.column("created_at", of: "store"),
            database.column("updated_at", of: "store"), database.column("expires_at", of: "store"),
        ]
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM store ORDER BY rowid"
        return try DatabaseReader(database, sql, counting: "store") { row, number in item(row, place: "row \(number)") }
    }

    private static func item(_ row: Row, place: String) -> ForeignItem {
        let (prefix, key) = (row.string(0), row.string(1))
        let place = "\(place) (\(prefix), \(key))"
        let value: JSONValue
        do {
            value = try JSONParser.parse(Array((try row.checkedText(2) ?? "null").utf8), as: .lenient)
        } catch let error as JSONSyntaxError {
            return .refused(place: place, reason: "its value is not JSON: \(error.reason), at byte \(error.byte)")
        } catch {
            return .refused(place: place, reason: "its value is not UTF-8")
        }
        var metadata: [String: String] = [:]
        let text = Self.text(value, rest: &metadata)
        guard !text.isEmpty else { return .left(.empty, count: 1) }
        metadata.set("source", namespace)
        metadata.set("namespace", prefix)
        metadata.set("key", key)
        metadata.set("updated_at", row.optionalString(4))
        let created = row.optionalString(3)
        let time = created.flatMap { ForeignTime.date($0) }
        if time == nil { metadata.set("created_at", created) }
        let expires = row.optionalString(5)
        let expiry = expires.flatMap { ForeignTime.date($0) }
        if expiry == nil { metadata.set("expires_at", expires) }
        let labels = metadata.labels(prefix.split(separator: ".").map(String.init))
        let draft = MemoryDraft(
            content: text,
            type: .semantic,
            category: .knowledge,
            tags: labels,
            metadata: metadata,
            expiresAt: expiry,
            createdAt: time
        )
        // A value that is put again gets a new time, so the time tells nothing apart. It once was part of the key.
        let name = [namespace, prefix, key]
        return .memory(
            ForeignMemory(place: place, key: name, earlierKeys: [name + [created ?? ""]], draft: draft)
        )
    }

    /// The text of a value; members that aren't part of it go to the metadata. A value without one is kept as JSON.
    private static func text(_ value: JSONValue, rest: inout [String: String]) -> String {
        guard let object = value.object else { return value.metadataText ?? "" }
        for key in textKeys {
            if let text = object[key]?.string {
                rest.note(object, except: [key])
                return text
            }
            // LangMem: {"kind": "Memory", "content": {"content": "…"}}.
            if let inner = object[key]?.object, let text = inner[key]?.string {
                rest.note(object, except: [key])
                rest.note(inner, except: [key])
                return text
            }
        }
        return object.members.isEmpty ? "" : value.text
    }
}
