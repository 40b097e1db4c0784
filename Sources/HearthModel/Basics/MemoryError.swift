public import Foundation

/// Why a call was refused or failed.
///
/// The code is stable and meant for programs. The message is meant for people, and says what to do where something can
/// be done. A memory that an agent may not see is reported as `.memoryNotFound`, never as `.accessDenied`.
public struct MemoryError: Error, Sendable {
    /// A stable reason.
    ///
    /// New codes may be added: compare with the static members, and have a default.
    public struct Code: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
        /// The code's name, as the static member has it.
        public let rawValue: String

        /// Wraps a name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The code's name.
        public var description: String { rawValue }
    }

    /// The stable reason.
    public var code: Code
    /// What happened and what to do, for a person.
    public var message: String
    /// SQLite's extended result code, where SQLite was the cause.
    public var sqliteCode: Int32?
    /// What another part threw, where that was the cause: for `.embedderUnavailable`, what the embedder threw.
    public var underlyingError: (any Error)?

    /// Describes a failure.
    public init(code: Code, message: String, sqliteCode: Int32? = nil, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.sqliteCode = sqliteCode
        self.underlyingError = underlyingError
    }
}

extension MemoryError: Hashable {
    /// Whether code, message and result code are the same; underlying errors can't be compared.
    public static func == (left: MemoryError, right: MemoryError) -> Bool {
        left.code == right.code && left.message == right.message && left.sqliteCode == right.sqliteCode
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(code)
        hasher.combine(message)
        hasher.combine(sqliteCode)
    }
}

extension MemoryError.Code {
    /// No agent of that identifier is known.
    public static let unknownAgent = Self(rawValue: "unknownAgent")
    /// The agent is known but not registered, or out of service.
    public static let agentNotActive = Self(rawValue: "agentNotActive")
    /// No such memory, or none that the agent may see.
    public static let memoryNotFound = Self(rawValue: "memoryNotFound")
    /// The agent may see the memory but not do this to it.
    public static let accessDenied = Self(rawValue: "accessDenied")
    /// The category is restricted to its owner and is never shared.
    public static let restrictedCategory = Self(rawValue: "restrictedCategory")
    /// An argument is out of its range; the message names it.
    public static let invalidArgument = Self(rawValue: "invalidArgument")
    /// A configuration value does not parse or contradicts another; the message names it.
    public static let invalidConfiguration = Self(rawValue: "invalidConfiguration")
    /// The memory's head is not the version the caller expected.
    public static let versionMismatch = Self(rawValue: "versionMismatch")
    /// Another agent holds the lease.
    public static let locked = Self(rawValue: "locked")
    /// The lease given to the call has expired or was taken.
    public static let lockLost = Self(rawValue: "lockLost")
    /// Another agent holds the lease that was to be released.
    public static let lockNotHeld = Self(rawValue: "lockNotHeld")
    /// No such conflict.
    public static let conflictNotFound = Self(rawValue: "conflictNotFound")
    /// The conflict was settled before.
    public static let conflictAlreadyResolved = Self(rawValue: "conflictAlreadyResolved")
    /// The policy asks for a person's decision and none was given.
    public static let decisionRequired = Self(rawValue: "decisionRequired")
    /// Another process kept the file busy past the deadline.
    public static let storeBusy = Self(rawValue: "storeBusy")
    /// The disk or the quota is full.
    public static let storeFull = Self(rawValue: "storeFull")
    /// The store was opened for reading, or the file or its directory cannot be written.
    public static let storeReadOnly = Self(rawValue: "storeReadOnly")
    /// The file is damaged.
    public static let storeCorrupt = Self(rawValue: "storeCorrupt")
    /// The file belongs to another program.
    public static let notAHearthStore = Self(rawValue: "notAHearthStore")
    /// The file was written by a newer version of the engine.
    public static let schemaTooNew = Self(rawValue: "schemaTooNew")
    /// A sensitive memory needs a key and none is provided.
    public static let keyUnavailable = Self(rawValue: "keyUnavailable")
    /// A ciphertext does not open under its key.
    public static let decryptionFailed = Self(rawValue: "decryptionFailed")
    /// The vectors are of another model or dimension.
    public static let embeddingMismatch = Self(rawValue: "embeddingMismatch")
    /// The embedder could not make a vector; ``MemoryError/underlyingError`` is what it threw.
    public static let embedderUnavailable = Self(rawValue: "embedderUnavailable")
    /// The file cannot be opened or read for a reason of the operating system.
    public static let storeUnavailable = Self(rawValue: "storeUnavailable")
    /// The hub that devices exchange through can't be reached, or doesn't answer.
    public static let hubUnavailable = Self(rawValue: "hubUnavailable")
    /// This device was removed from its space.
    public static let deviceRemoved = Self(rawValue: "deviceRemoved")
    /// The store was closed.
    public static let closed = Self(rawValue: "closed")
}

extension MemoryError: LocalizedError {
    /// The message, for a person; hosts that show `localizedDescription` show this.
    public var errorDescription: String? { message }
}

extension MemoryError: CustomStringConvertible {
    /// The message with its code, for logs.
    public var description: String {
        guard let sqliteCode else { return "\(message) [\(code)]" }
        return "\(message) [\(code), SQLite \(sqliteCode)]"
    }
}

extension MemoryError {
    package static func invalidArgument(_ message: String) -> MemoryError {
        MemoryError(code: .invalidArgument, message: message)
    }

    package static func memoryNotFound(_ id: MemoryID) -> MemoryError {
        MemoryError(code: .memoryNotFound, message: "There is no memory \(id) that this agent may see.")
    }
}

extension MemoryError {
    package static func corrupt(_ finding: String) -> MemoryError {
        MemoryError(
            code: .storeCorrupt,
            message: "\(finding) Run `hearth verify` to see the extent and restore a backup."
        )
    }
}
