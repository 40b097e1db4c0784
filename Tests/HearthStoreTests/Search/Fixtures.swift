import Foundation
import Testing

/// The files under `Fixtures` that the tests of search read.
enum Fixtures {
    struct Memory: Decodable {
        var id: String
        var text: String
    }

    struct Question: Decodable, CustomTestStringConvertible {
        var id: String
        var lang: String
        var kind: String
        var text: String
        var relevant: [String]
        /// Why keyword search can't answer it; nil where it can.
        var missed: String?

        var testDescription: String { "\(id) \(text)" }
    }

    static let languages = ["zh", "ja", "ko", "de", "ar", "ru"]

    static func memories(in language: String) throws -> [Memory] {
        try lines(of: "languages/\(language).jsonl").map { try JSONDecoder().decode(Memory.self, from: Data($0.utf8)) }
    }

    static func questions() throws -> [Question] {
        try lines(of: "languages/queries.jsonl").map { try JSONDecoder().decode(Question.self, from: Data($0.utf8)) }
    }

    /// Words and their stems.
    static func stems(_ language: String) throws -> [(word: String, stem: String)] {
        try lines(of: "analysis/\(language)-stems.txt")
            .map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), String(parts[1]))
            }
    }

    private static func lines(of name: String) throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Fixtures")
            .standardized
        return try String(contentsOf: root.appending(path: name), encoding: .utf8).split(separator: "\n")
    }
}
