import HearthModel
import HearthSQLite
import Logging

/// The lines for whoever operates the store. None holds anything that somebody remembered.
extension StoreLog {
    func sayOpened(_ opening: DatabaseOpening) {
        if opening.isNew {
            detail("Made a new store.", ["schema": "\(opening.schema)"])
        } else if opening.foundSchema != opening.schema {
            inform(
                "Opened the store and brought it to the present schema.",
                ["from": "\(opening.foundSchema)", "schema": "\(opening.schema)"]
            )
        } else {
            detail("Opened the store.", ["schema": "\(opening.schema)"])
        }
        if opening.logBytes > 0 {
            inform(
                "Took over a write-ahead log: another process uses the file, or one ended without closing it.",
                ["bytes": "\(opening.logBytes)"]
            )
        }
    }

    func saySynced(_ result: AgentSyncResult) {
        guard !result.errors.isEmpty else { return }
        warn(
            "A sync left drafts behind; its result says why, and so does `hearth sync`.",
            [
                "agent": "\(result.agentID)", "operation": "\(result.operationID)",
                "drafts": "\(result.memoriesProcessed)", "errors": "\(result.errors.count)",
            ]
        )
    }

    func sayKeysMade() {
        inform("Made the keys of a user's sensitive memories.")
    }

    func sayKeyIsMissing(_ error: any Error) {
        note(error, "A key for sensitive memories could not be had; calls that need it fail.")
    }

    func sayClosed() {
        detail("Closed the store.")
    }
}
