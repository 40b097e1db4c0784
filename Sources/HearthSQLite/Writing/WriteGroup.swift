/// What a domain keeps while one group of writes is in the making.
///
/// A group is the work of one transaction: several callers' operations, each in a savepoint of its own. Work that is cheaper
/// done once for all of them, such as full-text rows (which SQLite writes out at every savepoint), is noted by the operations
/// and done in ``flush()``.
///
/// A group is made, used and dropped on the writer's thread. When a transaction fails its group is dropped with it, and the
/// operations that can still succeed run again with a new one.
public protocol WriteGroup: AnyObject, SendableMetatype {
    /// Makes the group of a transaction that has just begun.
    init(connection: Connection) throws

    /// Notes where the deferred work stands, before an operation begins.
    func mark()

    /// Forgets the work deferred since the latest ``mark()``: its operation failed and left nothing behind.
    func rollbackToMark()

    /// Does the deferred work, before the commit.
    func flush() throws

    /// Takes notice that the transaction is committed, before its callers are answered.
    func didCommit()
}
