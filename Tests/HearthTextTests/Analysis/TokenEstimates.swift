import HearthText
import Testing

@Suite struct TokenEstimates {
    /// What tiktoken's cl100k_base makes of them, counted by hand with its published vocabulary.
    @Test(arguments: [
        ("", 0), ("Hello, world!", 4), ("The quick brown fox jumps over the lazy dog.", 10), ("1234567", 3),
        ("{\"name\": \"recall\"}", 6),
    ])
    func `the estimate is not below what tokenisers make, and not above twice that`(text: String, tokens: Int) {
        let estimate = TokenEstimate.tokens(in: text)
        #expect(estimate >= tokens)
        #expect(estimate <= 2 * tokens + 1)
    }

    @Test func `text in other scripts takes more`() {
        #expect(TokenEstimate.tokens(in: "喜欢绿茶") == 4)
        #expect(TokenEstimate.tokens(in: "Привет") == 3)
        #expect(TokenEstimate.tokens(in: "👋🏽") >= 2)
    }
}
