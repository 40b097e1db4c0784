import Foundation
import Testing

/// The files under `Fixtures` that tests read.
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

    /// Copies a store of an earlier schema to a path.
    package static func copyStore(ofSchema version: Int, to path: String) throws {
        let bytes = try Data(contentsOf: root.appending(path: "schemas/version-\(version).db"))
        try bytes.write(to: URL(filePath: path))
    }

    /// Where a fixture is.
    package static func path(of name: String) -> String { root.appending(path: name).path }

    private static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures").standardized
    }

    private static func lines(of name: String) throws -> [Substring] {
        try String(contentsOf: root.appending(path: name), encoding: .utf8).split(separator: "\n")
    }
}
