/// A command's own reason to stop, with the remedy where there is one; the exit status is 1.
struct CommandFailure: Error {
    /// What happened and what to do, for a person.
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
