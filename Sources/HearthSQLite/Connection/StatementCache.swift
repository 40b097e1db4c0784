/// The prepared statements of one connection.
///
/// Static SQL is found by the address of its literal, which costs a hash of one word. It is never dropped: there are
/// only as many statements as literals in the source. SQL put together at run time is found by its text. When there are
/// too many of these, the least recently used one goes.
struct StatementCache {
    /// How many statements put together at run time are kept: well above the combinations of fragments of one query.
    static let dynamicLimit = 128

    private var fixed: [UInt: Statement] = [:]
    /// Whose addresses are among the keys of ``fixed``: while they are here, no other gets one of these.
    private var composed: [UInt: ComposedSQL] = [:]
    private var dynamic: [String: (statement: Statement, lastUse: UInt64)] = [:]
    private var uses: UInt64 = 0

    /// The cached statement, clean; a new one where none is cached or somebody still uses it.
    mutating func statement(_ sql: StaticString, on connection: OpaquePointer) throws -> Statement {
        guard sql.hasPointerRepresentation else { return try statement(dynamic: sql.description, on: connection) }
        let key = UInt(bitPattern: sql.utf8Start)
        if let index = fixed.index(forKey: key), isKnownUniquelyReferenced(&fixed.values[index]) {
            let statement = fixed.values[index]
            statement.clear()
            return statement
        }
        let text = UnsafeRawPointer(sql.utf8Start).assumingMemoryBound(to: CChar.self)
        let statement = try Statement(preparing: text, on: connection, isCached: true)
        // It takes the place of one in use, which is finalized when its user lets go of it.
        fixed[key] = statement
        return statement
    }

    /// The cached statement, clean; a new one where none is cached or somebody still uses it.
    mutating func statement(_ sql: ComposedSQL, on connection: OpaquePointer) throws -> Statement {
        let key = UInt(bitPattern: ObjectIdentifier(sql))
        if let index = fixed.index(forKey: key), isKnownUniquelyReferenced(&fixed.values[index]) {
            let statement = fixed.values[index]
            statement.clear()
            return statement
        }
        let statement = try Statement(preparing: sql.text, on: connection, isCached: true)
        fixed[key] = statement
        composed[key] = sql
        return statement
    }

    /// The cached statement of this text, clean, or a new one.
    mutating func statement(dynamic sql: String, on connection: OpaquePointer) throws -> Statement {
        uses += 1
        if let index = dynamic.index(forKey: sql), isKnownUniquelyReferenced(&dynamic.values[index].statement) {
            dynamic.values[index].lastUse = uses
            let statement = dynamic.values[index].statement
            statement.clear()
            return statement
        }
        let statement = try Statement(preparing: sql, on: connection, isCached: true)
        if dynamic.count >= Self.dynamicLimit, let oldest = dynamic.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            dynamic[oldest.key] = nil
        }
        dynamic[sql] = (statement, uses)
        return statement
    }

    /// Forgets, and so finalizes, every statement that nobody uses.
    mutating func removeAll() {
        fixed = [:]
        composed = [:]
        dynamic = [:]
    }
}

/// SQL put together from fragments of the source: for statements that share a list of columns.
///
/// Keep it in a `static let`. Like a literal it is found by its address, so it has to live as long as the process.
@usableFromInline
package final class ComposedSQL: Sendable {
    let text: String

    package init(_ fragments: String...) {
        text = fragments.joined(separator: " ")
    }
}
