import HearthModel
import HearthSQLite

/// Takes messages out of the file that sync and upkeep have left and that name something erased.
///
/// Most messages go with the row that they are about. These are of no memory, or of a sync of several users. A message
/// that only has the letters of an identifier stays: identifiers may be as short as a word of any sentence.
struct ErasedMessages {
    private static let erased = "(erased)"
    /// An identifier of so many bytes or more is no word of a sentence by chance.
    private static let unmistakable = 12

    /// What those are called that are one word: so many may be erased at once that each message is read once for all.
    private var words: [ArraySlice<UInt8>: String] = [:]
    private var names: [(noun: String, name: String)] = []
    private let user: Int64

    /// - Parameters:
    ///   - memories: What is erased.
    ///   - user: Whose memories they are.
    ///   - userID: The user, if everything of the user is erased.
    init(memories: [MemoryID], user: Int64, userID: UserID? = nil) {
        self.user = user
        for id in memories {
            let bytes = Array(id.rawValue.utf8)[...]
            if bytes.allSatisfy(Self.isPart) {
                words[bytes] = id.rawValue
            } else {
                names.append(("memory", id.rawValue))
            }
        }
        if let userID { names.append(("user", userID.rawValue)) }
    }

    func remove(from connection: Connection) throws {
        let notifications = try connection.rows(
            "SELECT notification_key, message FROM notifications WHERE memory_key IS NULL AND conflict_key IS NULL",
            as: { (key: $0.int64(0), message: $0.string(1)) }
        )
        for row in notifications where name(row.message) {
            try connection.run(
                "UPDATE notifications SET message = ?2 WHERE notification_key = ?1",
                row.key,
                Self.erased
            )
        }
        let operations = try connection.rows(
            """
            SELECT operation_key, errors FROM operations
            WHERE errors <> '[]' AND (user_key IS NULL OR user_key = ?1)
            """,
            user,
            as: { (key: $0.int64(0), errors: $0.string(1)) }
        )
        for row in operations {
            // What does not read may say anything.
            guard let messages = try? FieldText.array(from: row.errors) else {
                try setErrors([Self.erased], of: row.key, in: connection)
                continue
            }
            guard messages.contains(where: name) else { continue }
            try setErrors(messages.map { name($0) ? Self.erased : $0 }, of: row.key, in: connection)
        }
    }

    private func setErrors(_ messages: [String], of operation: Int64, in connection: Connection) throws {
        try connection.run(
            "UPDATE operations SET errors = ?2 WHERE operation_key = ?1",
            operation,
            FieldText.array(messages)
        )
    }

    /// Whether a message names something that is erased.
    private func name(_ message: String) -> Bool {
        Array(message.utf8).split(whereSeparator: { !Self.isPart($0) })
            .contains { word in words[word].map { Self.names($0, noun: "memory", in: message) } == true }
            || names.contains { Self.names($0.name, noun: $0.noun, in: message) }
    }

    /// Whether a message has an identifier as a whole, behind its noun unless it is unmistakable.
    static func names(_ identifier: String, noun: String, in message: String) -> Bool {
        let (text, name) = (Array(message.utf8), Array(identifier.utf8))
        guard !name.isEmpty, name.count <= text.count else { return false }
        let noun = Array((noun.dropFirst() + " ").utf8)
        return (0...(text.count - name.count))
            .contains { start in
                guard text[start] == name[0], text[start...].starts(with: name) else { return false }
                let end = start + name.count
                guard isEnd(text[end...]), start == 0 || !isPart(text[start - 1]) else { return false }
                return name.count >= unmistakable || text[..<start].suffix(noun.count).elementsEqual(noun)
            }
    }

    /// Whether an identifier can end before some bytes.
    private static func isEnd(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let next = rest.first else { return true }
        guard !isPart(next) else { return false }
        // A point or a colon may end a sentence, or go on.
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ":") else { return true }
        return rest.dropFirst().first.map { !isPart($0) } ?? true
    }

    /// Whether a byte is of a letter, a digit, or what joins them.
    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }
}
