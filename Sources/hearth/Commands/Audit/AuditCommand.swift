public import ArgumentParser
public import HearthMemory

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show who saw, shared, was refused or changed what, and prove that nobody rewrote it.",
        subcommands: [
            AuditListCommand.self, AuditVerifyCommand.self, AuditExportCommand.self, AuditPruneCommand.self,
            AuditAnchorCommand.self,
        ],
        defaultSubcommand: AuditListCommand.self
    )
}

extension AuditAction: ExpressibleByArgument {
    /// Reads the name of an action that there is.
    public init?(argument: String) {
        self.init(rawValue: argument)
        guard Self.all.contains(self) else { return nil }
    }

    /// The names, for the help and for messages.
    public static var allValueStrings: [String] { all.map(\.rawValue) }
}
