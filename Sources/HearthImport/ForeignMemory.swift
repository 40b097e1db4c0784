import Crypto
package import HearthModel

/// A memory that a file of another program holds.
package struct ForeignMemory: Sendable {
    /// Where it stands in the file, for messages.
    package var place: String
    /// What the other program tells it from others by; a second import finds the memory by it.
    package var key: [String]
    /// Keys under which it may be there already: an earlier release, or another run, stored it so.
    var earlierKeys: [[String]] = []
    /// Keys for where the one before is held by another text, the next one first. Without any, another text under its key
    /// means that one of the two was changed.
    var furtherKeys: [[String]] = []
    /// The value of the metadata that has to differ before ``furtherKeys`` are used; nil: a different text is enough.
    package var tellingKey: String?
    /// Values of the metadata that say where it lies rather than what it says, where its tags and the rest of its metadata count
    /// for whether it was changed; nil: its text alone does.
    package var placeKeys: Set<String>?
    /// The user, where the file names one.
    package var user: String?
    /// The conversation or run it came from.
    package var session: String?
    package var draft: MemoryDraft

    /// The identifier it gets: the same in every run, whoever owns it.
    package var id: MemoryID { Self.id(of: key) }
    /// Those of ``earlierKeys``.
    package var earlierIDs: [MemoryID] { earlierKeys.map(Self.id) }
    /// Those of ``furtherKeys``.
    package var furtherIDs: [MemoryID] { furtherKeys.map(Self.id) }

    private static func id(of key: [String]) -> MemoryID {
        var hash = SHA256()
        for part in key {
            withUnsafeBytes(of: UInt64(part.utf8.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(part.utf8))
        }
        let digits = hash.finalize().prefix(16).map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }
        return MemoryID(rawValue: "mem_" + digits.joined())
    }
}

/// What a file has at one place.
package enum ForeignItem: Sendable {
    case memory(ForeignMemory)
    /// Something that should be a memory and can't be one.
    case refused(place: String, reason: String)
    /// Something that isn't stored.
    case left(LeftOut, count: Int)
}

/// What an import leaves out on purpose, and counts.
package enum LeftOut: String, CaseIterable, Sendable, Codable {
    /// Messages that belong to abandoned branches of a chat.
    case branches
    /// Messages that a chat doesn't show: those of the system, of tools, and of reasoning.
    case hidden
    /// Images, recordings and files of messages; their text is kept.
    case attachments
    /// Messages, memories or notes without a text.
    case empty
    /// Memories that were deleted there.
    case deleted
    /// Relations of a graph that was computed from the memories.
    case relations
    /// Files of a folder that aren't notes.
    case files
    /// Lines of a graph that are neither entities nor relations.
    case lines
    /// Symbolic links in a folder.
    case links
    /// Folders that lie too deep.
    case folders
    /// Projects of Claude.
    case projects

    /// For people.
    package var title: String {
        switch self {
        case .branches: "messages of other branches"
        case .hidden: "hidden messages"
        case .attachments: "attachments"
        case .empty: "without text"
        case .deleted: "deleted there"
        case .relations: "computed relations"
        case .files: "other files"
        case .lines: "lines of other types"
        case .links: "links, which are not followed"
        case .folders: "folders with all in them, below \(NoteFiles.greatestDepth - 1) others"
        case .projects: "projects of Claude, which are not imported"
        }
    }
}

/// Reads a file from its beginning to its end.
package protocol ForeignReader {
    /// How much of the file has been read, 0…1.
    var fractionRead: Double { get }
    /// What comes next; nil at the end.
    ///
    /// - Throws: `ForeignFileError` for a file that can't be read to its end.
    mutating func next() throws -> [ForeignItem]?
}
