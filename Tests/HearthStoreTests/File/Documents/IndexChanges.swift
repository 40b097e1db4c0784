import TestSupport
import Testing

@testable import HearthStore
@testable import HearthText

@Suite struct IndexChanges {
    /// Applies changes to the words of documents. The removal of words that are not there fails.
    private func apply(_ changes: [IndexChange], to index: inout [Int64: IndexedWords]) {
        for change in changes {
            switch change {
            case .insert(let document, let words):
                #expect(index.updateValue(words, forKey: document) == nil)
            case .remove(let document, let words):
                #expect(index.removeValue(forKey: document) == words)
            }
        }
    }

    @Test func `changes written by document leave the index as they do in their own order`() {
        var random = SeededGenerator()
        for _ in 0..<300 {
            let words = ["tea", "cocoa"].map { IndexedWords(content: $0, tags: "") }
            var before: [Int64: IndexedWords] = [:]
            for document: Int64 in 1...4 where Bool.random(using: &random) { before[document] = words[0] }
            var changes: [IndexChange] = []
            var after = before
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                let document = Int64.random(in: 1...6, using: &random)
                if let held = after[document] {
                    changes.append(.remove(document: document, held))
                    after[document] = nil
                } else {
                    let new = words[Int.random(in: 0...1, using: &random)]
                    changes.append(.insert(document: document, new))
                    after[document] = new
                }
            }
            let arranged = IndexChange.arranged(changes)
            var index = before
            apply(arranged, to: &index)
            #expect(index == after)
            let documents = arranged.map(\.document)
            #expect(documents == documents.sorted())
            // At most the old words are removed and the new ones inserted.
            #expect(Set(documents).allSatisfy { document in documents.count { $0 == document } <= 2 })
        }
    }
}
