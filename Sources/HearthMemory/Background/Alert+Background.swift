import HearthModel
import HearthStore

extension Alert {
    /// Whether an error of that code does not go away by itself.
    static func isPersistent(_ code: MemoryError.Code) -> Bool {
        [.storeCorrupt, .keyUnavailable, .decryptionFailed, .schemaTooNew].contains(code)
    }

    /// What an alert is raised because of.
    ///
    /// - Parameters:
    ///   - code: The code of the error.
    ///   - agent: Whose drafts; nil if it keeps the whole cycle from its end.
    static func cause(ofSyncFailing code: MemoryError.Code, of agent: AgentID?) -> String {
        "sync \(code.rawValue)\(agent.map { " \($0)" } ?? "")"
    }

    /// Background sync fails again and again.
    static func syncFails(_ code: MemoryError.Code, of agent: AgentID?, failures: Int) -> Alert {
        let subject = agent.map { "Drafts of agent \($0) could not be published" } ?? "Background sync failed"
        let times = failures == 1 ? "" : ", \(failures) times in a row"
        return Alert(
            kind(of: code),
            severity: code == .storeCorrupt || code == .storeFull ? .critical : .warning,
            cause: cause(ofSyncFailing: code, of: agent),
            message:
                "\(subject)\(times) (\(code.rawValue)). \(remedy(for: code, of: agent)) It is tried again with longer pauses."
        )
    }

    private static func kind(of code: MemoryError.Code) -> AdministratorNotification.Kind {
        switch code {
        case .storeCorrupt: .integrityProblem
        case .keyUnavailable, .decryptionFailed: .keyMissing
        case .storeFull: .diskNearlyFull
        default: .syncFailed
        }
    }

    private static func remedy(for code: MemoryError.Code, of agent: AgentID?) -> String {
        switch code {
        case .storeBusy: "Another process keeps the file busy: find it and end it, or give writes more time."
        case .storeFull: "Make room where the file is."
        case .storeReadOnly: "The file or its directory can't be written: check the permissions."
        case .storeCorrupt: "Run `hearth verify` to see the extent, and restore a backup."
        case .keyUnavailable, .decryptionFailed: "Give the key of sensitive memories: `hearth keys status` shows which."
        case .schemaTooNew: "A newer release has opened the file: use that release."
        case .accessDenied, .memoryNotFound:
            "It may no longer edit what it drafted: share it again, or discard the drafts with `hearth discard`."
        default: "`hearth sync --agent \(agent?.rawValue ?? "AGENT")` says of each draft why."
        }
    }
}
