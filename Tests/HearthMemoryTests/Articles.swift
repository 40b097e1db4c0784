import Foundation
import TestSupport
import Testing

@Suite struct Articles {
    @Test(arguments: ["ChatLoop", "MovingIn", "OwnAgent"])
    func `the code of an article for hosts compiles as it stands`(name: String) async throws {
        let article = try String(
            contentsOf: Readme.root.appending(path: "Sources/HearthMemory/HearthMemory.docc/\(name).md"),
            encoding: .utf8
        )
        let blocks = article.components(separatedBy: "```swift\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(blocks.count >= 3)
        let directory = try TemporaryDirectory()
        let source = directory.file("Article.swift")
        try blocks.joined(separator: "\n").write(toFile: source, atomically: true, encoding: .utf8)
        let (status, messages) = try await Turnstile.children.pass {
            try await blocking { try Readme.compile(source) }
        }
        #expect(status == 0, "\(messages)")
    }
}
