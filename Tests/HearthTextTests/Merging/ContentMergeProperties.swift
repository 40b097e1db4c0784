import TestSupport
import Testing

@testable import HearthText

/// What holds of every merge, on random texts in several scripts.
@Suite struct ContentMergeProperties {
    private static let rounds = 400

    @Test func `a side alone, twice, or beside the base comes out byte for byte`() {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let base = RandomText(using: &random)
            let edit = base.edited(using: &random).text
            #expect(ContentMerge.merge(base: base.text, edits: [edit, edit]) == edit)
            #expect(ContentMerge.merge(base: base.text, edits: [edit, base.text]) == edit)
            #expect(ContentMerge.merge(base: base.text, edits: [base.text, edit]) == edit)
            #expect(ContentMerge.merge(base: nil, edits: [edit, edit]) == edit)
        }
    }

    @Test func `whatever a side wrote is there, and nothing that no side wrote`() {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let base = RandomText(using: &random)
            let sides = (0..<Int.random(in: 2...4, using: &random)).map { _ in base.edited(using: &random).text }
            let merged = ContentMerge.merge(base: base.text, edits: sides)
            let words = words(merged)
            let before = self.words(base.text)
            let after = sides.map { self.words($0) }
            for side in after {
                #expect(words.isSuperset(of: side.subtracting(before)), "\(base.text), \(sides), \(merged)")
            }
            #expect(
                words.isSuperset(of: after.reduce(before) { $0.intersection($1) }),
                "\(base.text), \(sides), \(merged)"
            )
            #expect(
                words.isSubset(of: after.reduce(into: []) { $0.formUnion($1) }),
                "\(base.text), \(sides), \(merged)"
            )
        }
    }

    @Test func `which side ranks first decides the order of words and nothing else`() {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let base = RandomText(using: &random)
            let sides = (0..<3).map { _ in base.edited(using: &random).text }
            let merged = words(ContentMerge.merge(base: base.text, edits: sides))
            #expect(words(ContentMerge.merge(base: base.text, edits: sides.shuffled(using: &random))) == merged)
        }
    }

    @Test func `a merge merged again with a side of it stays`() {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let base = RandomText(using: &random)
            let sides = (0..<2).map { _ in base.edited(using: &random).text }
            let merged = ContentMerge.merge(base: base.text, edits: sides)
            let again = words(ContentMerge.merge(base: base.text, edits: [merged, sides[0]]))
            // What the side deleted and the other had moved, the merge kept and the side still deletes.
            let deleted = words(base.text).subtracting(words(sides[0]))
            #expect(again.isSubset(of: words(merged)), "\(base.text), \(sides), \(merged)")
            #expect(again.isSuperset(of: words(merged).subtracting(deleted)), "\(base.text), \(sides), \(merged)")
        }
    }

    @Test func `any two strings merge`() {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let texts = (0..<3).map { _ in noise(using: &random) }
            let merged = ContentMerge.merge(base: texts[0], edits: Array(texts[1...]))
            #expect(merged.utf8.count <= texts[1].utf8.count + texts[2].utf8.count + texts[0].utf8.count + 100)
            #expect(ContentMerge.merge(base: texts[0], edits: [texts[1]]) == texts[1])
        }
    }

    private func words(_ text: String) -> Set<String> {
        let segmented = SegmentedText(text)
        return Set(segmented.segments.map { SegmentVocabulary.folded(segmented.bytes[$0.body]) })
    }

    private func noise(using random: inout SeededGenerator) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            let pool: [ClosedRange<UInt32>] = [
                0x20...0x7E, 0x09...0x0D, 0x300...0x36F, 0x2000...0x206F, 0x3000...0x30FF, 0x1F300...0x1F3FF,
            ]
            let range = pool[Int.random(in: pool.indices, using: &random)]
            Unicode.Scalar(UInt32.random(in: range, using: &random)).map { scalars.append($0) }
        }
        return String(scalars)
    }
}

/// Sentences, lines and list items of several scripts, no two the same, and what stands between them.
private struct RandomText {
    private var parts: [(separator: String, body: String)] = []
    private var used = 0

    private static let subjects = ["Ana", "Bo", "The cat", "Dr. Lee", "Она", "Ελένη"]

    init(using random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 0...7, using: &random) { insert(at: parts.count, using: &random) }
    }

    var text: String {
        var text = ""
        for (separator, body) in parts {
            // After a sentence the next one stands on the same line.
            switch (text.last, body.last) {
            case (nil, _), ("。", "。"): break
            case (".", "."): text += " "
            default: text += separator
            }
            text += body
        }
        return text
    }

    func edited(using random: inout SeededGenerator) -> RandomText {
        var edited = self
        edited.used = Int.random(in: 100...1_000_000, using: &random)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = Int.random(in: 0...edited.parts.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where place < edited.parts.count:
                edited.parts.remove(at: place)
            case 1 where place < edited.parts.count:
                edited.parts.remove(at: place)
                edited.insert(at: place, using: &random)
            case 2 where place < edited.parts.count:
                let moved = edited.parts.remove(at: place)
                edited.parts.insert(moved, at: Int.random(in: 0...edited.parts.count, using: &random))
            default:
                edited.insert(at: place, using: &random)
            }
        }
        return edited
    }

    private mutating func insert(at place: Int, using random: inout SeededGenerator) {
        used += 1
        let part =
            switch Int.random(in: 0..<5, using: &random) {
            case 0: (separator: "\n", body: "- item \(used)")
            case 1: (separator: "\n\n", body: "A heading \(used)")
            case 2: (separator: "\n", body: "明日\(used)会う。")
            default: (separator: "\n", body: "\(Self.subjects.randomElement(using: &random) ?? "") likes \(used) cups.")
            }
        parts.insert(part, at: place)
    }
}
