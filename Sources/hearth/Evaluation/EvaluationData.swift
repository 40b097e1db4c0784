import FoundationEssentials
import HearthMemory

/// A collection whose questions have known answers: two files of JSON Lines.
///
/// The keys are those of BEIR (Thakur and others, "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of
/// Information Retrieval Models", NeurIPS 2021) and those of `hearth import`.
struct EvaluationData {
    /// A document, which is stored as one memory.
    struct Document {
        var user: UserID
        var session: SessionID?
        var createdAt: Date?
        var text: String
    }

    /// A question, asked among its user's documents.
    struct Question {
        var user: UserID
        var text: String
        /// Indices of the documents that answer it; never empty.
        var relevant: Set<Int>
    }

    /// The user of a line that names none.
    static let onlyUser: UserID = "everyone"

    private(set) var documents: [Document] = []
    private(set) var questions: [Question] = []
    /// Questions that no document is said to answer; nothing can be measured on them.
    private(set) var unanswerable = 0

    private var indices: [Key: Int] = [:]

    /// Two users' documents may have the same identifier.
    private struct Key: Hashable {
        var user: UserID
        var id: String
    }

    /// Reads a collection, or says which line is wrong.
    init(corpus: LineSource, queries: LineSource) throws {
        try Self.read(corpus) { fields in try addDocument(fields) }
        try Self.read(queries) { fields in try addQuestion(fields) }
        guard !questions.isEmpty else {
            throw CommandFailure("\(queries.name) has no question that a document of \(corpus.name) answers.")
        }
    }

    private mutating func addDocument(_ fields: LineFields) throws {
        let user = try Self.user(fields)
        let title = try fields.string("title") ?? ""
        let text = try fields.requiredString("text")
        let createdAt = try fields.string("created_at")
        let document = Document(
            user: user,
            session: try fields.string("session").map { try SessionID(rawValue: $0).validated() },
            createdAt: try createdAt.map(Self.date),
            text: title.isEmpty ? text : "\(title)\n\(text)"
        )
        let key = Key(user: user, id: try Self.id(fields))
        guard indices.updateValue(documents.count, forKey: key) == nil else {
            throw FieldError("\"\(key.id)\" is the id of another document of \(user)")
        }
        documents.append(document)
    }

    private mutating func addQuestion(_ fields: LineFields) throws {
        let user = try Self.user(fields)
        let text = try fields.requiredString("text")
        let relevant = try fields.strings("relevant") ?? []
        let found = try relevant.map { id in
            guard let index = indices[Key(user: user, id: id)] else {
                throw FieldError("\"\(id)\" of relevant is no document of \(user)")
            }
            return index
        }
        guard !found.isEmpty else {
            unanswerable += 1
            return
        }
        questions.append(Question(user: user, text: text, relevant: Set(found)))
    }

    private static func id(_ fields: LineFields) throws -> String {
        guard let id = try fields.string("id") ?? fields.string("_id") else { throw FieldError("id is missing") }
        return id
    }

    private static func user(_ fields: LineFields) throws -> UserID {
        try fields.string("user").map { try UserID(rawValue: $0).validated() } ?? onlyUser
    }

    private static func date(_ text: String) throws -> Date {
        guard let date = RFC3339.date(text) else {
            throw FieldError("created_at \"\(text)\" is not a date and time with a zone, such as 2026-03-01T18:20:05Z")
        }
        return date
    }

    private static func read(_ source: LineSource, _ body: (LineFields) throws -> Void) throws {
        var reader = LineReader(source)
        while let line = try reader.next() {
            do {
                try body(LineFields(line))
            } catch let error as FieldError {
                throw CommandFailure("\(source.name), line \(line.number): \(error.reason).")
            } catch let error as MemoryError {
                throw CommandFailure("\(source.name), line \(line.number): \(error.message)")
            }
        }
    }
}
