import ArgumentParser
import FoundationEssentials
import HearthMemory

/// Where a page ended, as a word that a person can copy from one command into the next.
struct PageCursor: ExpressibleByArgument, Encodable {
    let cursor: SliceCursor

    init(_ cursor: SliceCursor) {
        self.cursor = cursor
    }

    init?(argument: String) {
        guard let json = Data(base64Encoded: argument),
            let cursor = try? JSONDecoder().decode(SliceCursor.self, from: json)
        else { return nil }
        self.cursor = cursor
    }

    /// The word.
    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try encoder.encode(cursor).base64EncodedString()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(try text)
    }
}
