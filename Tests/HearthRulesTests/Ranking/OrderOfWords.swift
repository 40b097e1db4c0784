import HearthModel
import HearthText
import Testing

@testable import HearthRules

/// Of memories with the same words, those that have them in the order of the query come first.
@Suite struct OrderOfWords {
    private func arranged(
        _ query: String,
        _ texts: [String],
        keyword: [Double]? = nil,
        step: Double = 0.01,
        areWhole: Bool = false
    ) -> [String] {
        let list = texts.indices.map { place in
            Ranked(
                slot: place,
                score: 1 - Double(place) * step,
                components: ScoreComponents(keyword: keyword?[place] ?? 0.5, semantic: 0.5)
            )
        }
        let query = KeywordQuery(query)
        let arranged = WordOrder(of: query)
            .arranged(list, held: { _ in areWhole ? query.typedClauses.count : 2 }, content: { texts[$0] })
        #expect(arranged.map(\.score) == list.map(\.score))
        return arranged.map { texts[$0.slot] }
    }

    @Test(arguments: [
        ("what does Tom owe Anna?", "Tom owes Anna ten euros", "Anna owes Tom ten euros"),
        ("who visited Rome before Paris", "They visited Rome, then Paris", "They visited Paris, then Rome"),
        ("did the dog bite the man", "A dog has bitten a man: the dog bites men", "A man has bitten a dog"),
        ("did Ben call Clara yesterday", "Ben called Clara", "Clara called Ben"),
        ("train from Oslo to Bergen", "The train goes from Oslo to Bergen", "The train goes from Bergen to Oslo"),
        ("how did Iris teach Nora", "Iris taught Nora; Iris can teach Nora", "Nora can teach Iris"),
        ("is Marek taller than Jo", "Marek is taller than Jo", "Jo is taller than Marek"),
        ("trade tea for coffee", "She would trade tea for coffee", "She would trade coffee for tea"),
        ("кто должен Ане", "должен Ане", "Ане должен"), ("salt before pepper", "salt, pepper", "pepper, salt"),
    ])
    func `order decides between memories with the same words`(query: String, first: String, second: String) {
        #expect(arranged(query, [second, "Something else", first], keyword: [0.5, 0.4, 0.5]).first == first)
        #expect(arranged(query, [first, "Something else", second], keyword: [0.5, 0.4, 0.5]).first == first)
    }

    @Test func `what has other words keeps its place`() {
        let texts = ["Anna owes Tom", "Tom owes Anna"]
        #expect(arranged("what does Tom owe Anna?", texts, keyword: [0.5, 0.4]) == texts)
        #expect(arranged("what does Tom owe Anna?", texts) == texts.reversed())
    }

    @Test(arguments: [
        (
            "what does Tom owe Anna?", ["Anna owes Tom ten euros for lunch", "Tom owes Anna 20"],
            ["Tom owes Anna 20", "Anna owes Tom ten euros for lunch"]
        ),
        (
            "who is Marek taller than, Jo?",
            ["Jo is taller than Marek", "Jo is taller than Marek now", "Marek is taller than Jo"],
            ["Marek is taller than Jo", "Jo is taller than Marek now", "Jo is taller than Marek"]
        ),
        // Two words say little by their order, and some in order are not all.
        ("Tom and Anna", ["Anna met Tom", "Tom met Anna"], ["Anna met Tom", "Tom met Anna"]),
        (
            "did Tom call Anna on Friday", ["Friday: Anna called Tom", "Tom called on Friday, and Anna was out"],
            ["Friday: Anna called Tom", "Tom called on Friday, and Anna was out"]
        ),
    ])
    func `what has every word in order comes before what has most of them backwards and scores comparably`(
        query: String,
        texts: [String],
        expected: [String]
    ) {
        let keyword = texts.indices.map { 0.6 - Double($0) / 10 }
        #expect(arranged(query, texts, keyword: keyword, areWhole: true) == expected)
        #expect(arranged(query, texts, keyword: keyword) == texts)
        #expect(arranged(query, texts, keyword: keyword, step: 0.26, areWhole: true) == texts)
    }
}
