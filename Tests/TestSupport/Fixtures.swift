import Foundation
import Testing

/// The files under `Fixtures` that the tests of search read.
package enum Fixtures {
    package struct Memory: Decodable {
        package var id: String
        package var text: String
    }

    package struct Question: Decodable, CustomTestStringConvertible {
        package var id: String
        package var lang: String
        package var kind: String
        package var text: String
        package var relevant: [String]
        /// Why keyword search can't answer it; nil where it can.
        package var missed: String?

        package var testDescription: String { "\(id) \(text)" }
    }

    package static let languages = ["zh", "ja", "ko", "de", "ar", "ru"]

    package static func memories(in language: String) throws -> [Memory] {
        try lines(of: "languages/\(language).jsonl").map { try JSONDecoder().decode(Memory.self, from: Data($0.utf8)) }
    }

    package static func questions() throws -> [Question] {
        try lines(of: "languages/queries.jsonl").map { try JSONDecoder().decode(Question.self, from: Data($0.utf8)) }
    }

    /// Words and their stems.
    package static func stems(_ language: String) throws -> [(word: String, stem: String)] {
        try lines(of: "analysis/\(language)-stems.txt")
            .map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), String(parts[1]))
            }
    }

    private static func lines(of name: String) throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures")
            .standardized
        return try String(contentsOf: root.appending(path: name), encoding: .utf8).split(separator: "\n")
    }
}
