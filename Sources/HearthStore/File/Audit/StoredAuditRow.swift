import Crypto
import HearthModel
import HearthSQLite

/// A row of `audit` as its bytes are, whatever they are: text that is not UTF-8 stays what it is.
struct StoredAuditRow {
    var position: Int64
    var at: Int64
    var action: [UInt8]
    var agent: Int64
    var user: Int64?
    var memories: [UInt8]
    var detail: [UInt8]
    var hash: [UInt8]
    /// Whether every column has the type that the schema gives it. The hash does not cover types.
    var isWellTyped: Bool

    /// Reads `position, at, action, agent_key, user_key, memories, detail, hash` and whether they have their types.
    init(_ row: Row) {
        position = row.int64(0)
        at = row.int64(1)
        action = row.bytes(2)
        agent = row.int64(3)
        user = row.optionalInt64(4)
        memories = row.bytes(5)
        detail = row.bytes(6)
        hash = row.bytes(7)
        isWellTyped = row.bool(8)
    }

    /// The hash that the row must have behind another.
    func hash(after previous: [UInt8]) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(contentsOf: previous)
        encoder.append(position)
        encoder.append(at)
        encoder.append(text: action)
        encoder.append(agent)
        encoder.append(Int64(user == nil ? 0 : 1))
        encoder.append(user ?? 0)
        encoder.append(text: memories)
        encoder.append(text: detail)
        return Array(SHA256.hash(data: encoder.bytes))
    }
}

extension StoredAuditRow {
    /// Whether the row tells of a pruning.
    var isPruning: Bool { action.elementsEqual(AuditAction.prune.rawValue.utf8) }

    /// Up to which position a row of a pruning allows rows to be gone; nil if it does not read.
    var prunedThrough: Int64? {
        do {
            let detail = try FieldText.object(from: String(decoding: detail, as: UTF8.self))
            return detail["through"].flatMap { Int64($0) }
        } catch {
            return nil
        }
    }
}

extension CanonicalEncoder {
    /// Text as its bytes are stored.
    fileprivate mutating func append(text: [UInt8]) {
        append(Int64(text.count))
        append(contentsOf: text)
    }
}

extension Connection {
    /// Calls a closure with each row of the audit, in the order of the chain.
    func forEachAuditRow(do body: (StoredAuditRow) throws -> Void) throws {
        try forEach(
            """
            SELECT position, at, action, agent_key, user_key, memories, detail, hash,
                typeof(at) || typeof(action) || typeof(agent_key) || typeof(user_key) || typeof(memories) || typeof(detail)
                    || typeof(hash) IN ('integertextintegernulltexttextblob', 'integertextintegerintegertexttextblob')
            FROM audit ORDER BY position
            """,
            do: { try body(StoredAuditRow($0)) }
        )
    }
}
