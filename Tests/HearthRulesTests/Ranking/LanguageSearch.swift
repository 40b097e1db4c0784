import TestSupport
import Testing

@Suite struct LanguageSearch {
    @Test(arguments: Fixtures.languages)
    func `keyword search has the answer among the first three`(language: String) throws {
        let memories = try Fixtures.memories(in: language)
        let index = InMemoryIndex(memories.map(\.text))
        let questions = try Fixtures.questions().filter { $0.lang == language }
        #expect(memories.count >= 60 && questions.count >= 12)
        for question in questions {
            let found = index.search(question.text, limit: 3).map { memories[$0].id }
            let isFound = !Set(found).isDisjoint(with: question.relevant)
            // What the method can't do is listed, so that the list shrinks when it can.
            #expect(isFound == (question.missed == nil), "\(question.id) \(question.text): \(found)")
        }
    }
}
