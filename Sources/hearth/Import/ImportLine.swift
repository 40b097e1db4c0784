import Crypto
import FoundationEssentials
import HearthMemory

/// One line of an import, read as a memory to be stored.
struct ImportLine {
    var memory: MemoryImport
    /// What the line says, as a digest that differs if any field does.
    var digest: LineDigest
    /// Keys that mean nothing here, most likely misspelt.
    var unknownKeys: [String]

    private static let keys: Set<String> = [
        "id", "user", "agent", "session", "created_at", "text", "type", "category", "tags", "importance",
        "expires_at", "sensitive",
    ]

    /// Reads a line, or says why it is not a memory.
    init(_ line: InputLine, owners: ImportOwners) throws(LineProblem) {
        do {
            let fields = try LineFields(line)
            let user = try UserID(rawValue: fields.requiredString("user")).validated()
            let session = try fields.string("session").map { try SessionID(rawValue: $0).validated() }
            let agent = try Self.agent(fields, owners: owners)
            var draft = try Self.draft(fields)
            draft.isSensitive = draft.isSensitive || owners.areSensitive
            let digest = LineDigest(user: user, agent: agent, session: session, draft: draft)
            guard !draft.isSensitive || fields.keys.contains("id") else {
                throw FieldError(
                    "a sensitive memory needs an id: one derived from its text would tell whether a guess is right"
                )
            }
            let id = try fields.string("id").map { try MemoryID(rawValue: $0).validated() }
            memory = MemoryImport(
                id: id ?? digest.memoryID,
                userID: user,
                agentID: agent,
                sessionID: session,
                draft: draft
            )
            // Its category may have it sealed.
            memory.hasDerivedID = id == nil
            self.digest = digest
            unknownKeys = fields.keys.subtracting(Self.keys).sorted()
        } catch let error as MemoryError {
            throw LineProblem(line: line.number, reason: error.message)
        } catch let error as FieldError {
            throw LineProblem(line: line.number, reason: error.reason)
        } catch {
            throw LineProblem(line: line.number, reason: "\(error)")
        }
    }

    private static func agent(_ fields: LineFields, owners: ImportOwners) throws -> AgentID {
        guard let agent = try fields.string("agent").map({ AgentID(rawValue: $0) }) ?? owners.unnamed else {
            throw FieldError("agent is missing, and --agent names none for such lines")
        }
        guard owners.known.contains(agent) else {
            throw FieldError("agent \"\(agent)\" is not known to the store; `hearth agents` lists those that are")
        }
        return agent
    }

    private static func draft(_ fields: LineFields) throws -> MemoryDraft {
        var draft = MemoryDraft(content: try fields.requiredString("text"))
        if let name = try fields.string("type") {
            guard let type = MemoryType(rawValue: name) else {
                let names = MemoryType.allCases.listed
                throw FieldError("type \"\(name)\" is none of \(names)")
            }
            draft.type = type
        }
        if let category = try fields.string("category") { draft.category = MemoryCategory(rawValue: category) }
        if let tags = try fields.strings("tags") { draft.tags = tags }
        if let importance = try fields.number("importance") { draft.importance = importance }
        if let isSensitive = try fields.flag("sensitive") { draft.isSensitive = isSensitive }
        draft.createdAt = try date("created_at", in: fields)
        draft.expiresAt = try date("expires_at", in: fields)
        try draft.validate()
        return draft
    }

    private static func date(_ key: String, in fields: LineFields) throws -> Date? {
        guard let moment = try fields.string(key) else { return nil }
        guard let date = RFC3339.date(moment) else {
            throw FieldError("\(key) \"\(moment)\" is not a date and time with a zone, such as 2026-03-01T18:20:05Z")
        }
        return date
    }
}

/// Who may own the memories of an import, and how they are stored.
struct ImportOwners {
    /// The owner of a memory whose line names none.
    var unnamed: AgentID?
    /// The agents of the store.
    var known: Set<AgentID>
    /// Whether all are sensitive, whatever the lines say.
    var areSensitive = false
}

/// Why a line of an import is not a memory.
struct LineProblem: Error, Encodable {
    /// Counted from 1.
    var line: Int
    /// What is wrong, for a person.
    var reason: String
}

/// The SHA-256 of everything that a line says about a memory except its id.
///
/// It doesn't depend on the order of keys, on white space or on how characters are escaped. A line without an id gets
/// one from it, so that a second run finds the memory; two lines that say exactly the same are therefore one memory.
struct LineDigest {
    let bytes: [UInt8]

    init(user: UserID, agent: AgentID, session: SessionID?, draft: MemoryDraft) {
        var writer = FieldWriter()
        writer.field(user.rawValue)
        writer.field(agent.rawValue)
        writer.field(session?.rawValue)
        writer.field(draft.createdAt.map(RFC3339.string))
        writer.field(draft.content)
        writer.field(draft.type.rawValue)
        writer.field(draft.category.rawValue)
        writer.field(String(draft.importance.bitPattern))
        for tag in draft.tags { writer.field(tag) }
        if let expiresAt = draft.expiresAt {
            // No tag is absent, so this can't be one. Lines without an expiry keep the digest that they always had.
            writer.field(nil)
            writer.field(RFC3339.string(expiresAt))
        }
        bytes = writer.finish()
    }

    /// The id of a memory whose line has none: "mem_" and the first half of the digest.
    var memoryID: MemoryID {
        let digits = bytes.prefix(16)
            .map { byte in
                (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
            }
        return MemoryID(rawValue: "mem_" + digits.joined())
    }
}

/// Hashes fields one after another, each with its length before it, so that different lists of fields never give the
/// same bytes.
private struct FieldWriter {
    private var hash = SHA256()

    mutating func field(_ text: String?) {
        guard let text else { return length(.max) }
        length(UInt64(text.utf8.count))
        hash.update(data: Array(text.utf8))
    }

    func finish() -> [UInt8] {
        Array(hash.finalize())
    }

    private mutating func length(_ count: UInt64) {
        withUnsafeBytes(of: count.littleEndian) { hash.update(bufferPointer: $0) }
    }
}
