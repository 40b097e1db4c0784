package import HearthModel
import HearthSQLite

/// How background sync fares, kept in the file so that other processes can say it.
extension MemoryStore {
    /// Notes that background sync fails; committed on return. It throws nothing: where the file can't take it, health has
    /// other reasons.
    ///
    /// - Parameters:
    ///   - code: The code of the latest failure.
    ///   - since: When the first of them was.
    ///   - holder: A name of the coordinator that no other has.
    package func noteSyncFailing(_ code: MemoryError.Code, since: Timestamp, in holder: String) async {
        let now = clock.now()
        do {
            try await writeOnce(noticingFullDisk: false) { transaction in
                let connection = transaction.connection
                try UpkeepState.set(.syncFailingSince, to: since.rawValue, in: connection)
                try UpkeepState.set(.syncFailed, to: now.rawValue, in: connection)
                try UpkeepState.set(.syncFailure, to: code.rawValue, in: connection)
                try UpkeepState.set(.syncFailing, to: holder, in: connection)
            }
        } catch {
            log.note(error, "Health does not say that background sync fails.")
        }
    }

    /// Notes that background sync does not fail, if the coordinator had said that it did.
    package func noteSyncWell(in holder: String) async {
        do {
            guard try read({ try UpkeepState.text(.syncFailing, in: $0.connection) }) == holder else { return }
            try await writeOnce { transaction in
                for name in [UpkeepState.Name.syncFailingSince, .syncFailed, .syncFailure, .syncFailing] {
                    try UpkeepState.remove(name, in: transaction.connection)
                }
            }
        } catch {
            log.note(error, "Health goes on saying for a while that background sync fails.")
        }
    }
}
