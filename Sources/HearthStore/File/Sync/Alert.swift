package import HearthModel

/// Something that an administrator should know and that no call throws.
package struct Alert: Sendable {
    package var kind: AdministratorNotification.Kind
    package var severity: AdministratorNotification.Severity
    /// What it is raised because of: raising another of the same cause makes no second notification. It names no memory
    /// and no user.
    package var cause: String
    /// What happened and what to do.
    package var message: String

    package init(
        _ kind: AdministratorNotification.Kind,
        severity: AdministratorNotification.Severity,
        cause: String? = nil,
        message: String
    ) {
        self.kind = kind
        self.severity = severity
        self.cause = cause ?? kind.rawValue
        self.message = message
    }
}
