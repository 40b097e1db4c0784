internal import CSQLite

/// Which commit to a file with a write-ahead log was the last.
///
/// It is the header of the log's shared index. No two committed states of a file have the same: it has the number of
/// frames in the log, a checksum of all of them, and numbers that are new each time the log begins anew.
package struct CommittedVersion: Hashable, Sendable {
    private var header = SIMD16<UInt32>()

    /// How often somebody has committed; after the highest number comes 0.
    private var commits: UInt32 { header[2] }

    /// The version of a connection's file; nil while it can't be told.
    fileprivate init?(of handle: OpaquePointer) {
        let isWhole = withUnsafeMutableBytes(of: &header) { bytes in
            hearth_sqlite_wal_index_header(handle, bytes.assumingMemoryBound(to: UInt32.self).baseAddress) != 0
        }
        guard isWhole else { return nil }
    }

    /// Whether exactly one commit lies between an earlier version and this one.
    func isNext(after earlier: CommittedVersion) -> Bool { commits == earlier.commits &+ 1 }
}

extension Connection {
    /// The version of the file at this moment, asked for without a lock or a transaction; nil where there is no log, before
    /// the connection has read, and where somebody commits at the very moment.
    package var committedVersion: CommittedVersion? { hasReadLog ? CommittedVersion(of: handle) : nil }
}
