import Foundation
import TestSupport
import Testing

@testable import HearthEmbedding

/// Our tokenizer against the model's own.
@Suite struct WordPieceTokenization {
    let tokenizer = WordPieceTokenizer()

    @Test func `texts in many scripts have the tokens of the reference`() async throws {
        let cases = try await ReferenceTokens.fixture()
        #expect(cases.count >= 4_000)
        for expected in cases where tokenizer.tokens(of: expected.text) != expected.tokens {
            Issue.record("\(expected.text.debugDescription): \(tokenizer.tokens(of: expected.text))")
        }
    }

    @Test func `a text and its parts between spaces have the same tokens`() async throws {
        var generator = SeededGenerator()
        let texts = try await ReferenceTokens.fixture().map(\.text).shuffled(using: &generator).prefix(200)
        let joined = texts.joined(separator: " ")
        #expect(tokenizer.tokens(of: joined) == texts.flatMap(tokenizer.tokens))
    }

    @Test func `a substring and a bridged string are read like any other`() {
        let expected = tokenizer.tokens(of: "drinks oolong")
        #expect(tokenizer.tokens(of: String("She drinks oolong tea".dropFirst(4).dropLast(4))) == expected)
        #expect(tokenizer.tokens(of: NSString(string: "drinks oolong") as String) == expected)
    }

    @Test func `a scalar from anywhere in Unicode is read without fault`() {
        var generator = SeededGenerator()
        let scalars = (0..<20_000)
            .compactMap { _ in Unicode.Scalar(UInt32.random(in: 0..<0x110000, using: &generator)) }
        let text = scalars.map { "a\($0)b" }.joined(separator: " ")
        // One unknown word, or up to five pieces each (a Hangul syllable between two letters).
        #expect(scalars.count...scalars.count * 5 ~= tokenizer.tokens(of: text).count)
    }

    @Test func `canonically equivalent texts have the same tokens`() {
        #expect(tokenizer.tokens(of: "Cr\u{E8}me br\u{FB}l\u{E9}e") == tokenizer.tokens(of: "creme brulee"))
        #expect(tokenizer.tokens(of: "e\u{301}") == tokenizer.tokens(of: "\u{E9}"))
        #expect(tokenizer.tokens(of: "\u{AC01}") == tokenizer.tokens(of: "\u{1100}\u{1161}\u{11A8}"))
    }
}

/// A text and its tokens, as `Fixtures/wordpiece/make_fixture.py` wrote them.
private struct ReferenceTokens: Decodable {
    let text: String
    let tokens: [UInt16]

    static func fixture() async throws -> [ReferenceTokens] {
        let fixture = "../../../../Fixtures/wordpiece/texts.jsonl.gz"
        let path = URL(filePath: #filePath).appending(path: fixture).standardized
        let decoder = JSONDecoder()
        return try await blocking { try decompressed(path) }.split(separator: UInt8(ascii: "\n"))
            .map { try decoder.decode(ReferenceTokens.self, from: $0) }
    }

    private static func decompressed(_ path: URL) throws -> Data {
        let (end, data) = try ChildProcess.run(["gzip", "-dc", path.path], collecting: 1)
        try #require(end.status == 0)
        return data
    }
}
