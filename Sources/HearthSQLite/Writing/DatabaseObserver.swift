/// What a domain is told of the work of its database, for logs and metrics. Nothing of it waits for an answer.
package protocol DatabaseObserver: AnyObject, Sendable {
    /// A file was opened for writing.
    func didOpen(_ opening: DatabaseOpening)

    /// Operations were committed together. Called on the writer's thread.
    func didCommit(operations: Int, in duration: Duration)

    /// The log was copied as far as could be, or not because of an error. Called on the writer's thread, after every
    /// group.
    func didKeepLogSmall(_ result: Result<Void, any Error>)
}

/// How a file was found when it was opened for writing.
package struct DatabaseOpening: Sendable, Hashable {
    /// Whether there was none.
    package var isNew: Bool
    /// The schema that it had; 0 if it was new.
    package var foundSchema: Int
    /// The schema that it has now.
    package var schema: Int
    /// The size of the write-ahead log that was there, in bytes. It is of another process that uses the file, or of one
    /// that did not close it.
    package var logBytes: Int
}
