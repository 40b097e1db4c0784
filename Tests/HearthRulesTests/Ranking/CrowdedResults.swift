import HearthModel
import HearthText
import TestSupport
import Testing

@testable import HearthRules

@Suite struct CrowdedResults {
    /// A ranked list in which the slot is the place.
    private func ranked(_ count: Int) -> [Ranked] {
        (0..<count).map { Ranked(slot: $0, score: 1 - Double($0) / 1_000, components: ScoreComponents(keyword: 0.5)) }
    }

    /// The cosines of a place with the first ones, by what each pair has.
    private func each(_ cosine: @escaping (Int, Int) -> Float?) -> (Int, Int, inout [Float]) -> Void {
        { place, count, cosines in cosines = (0..<count).map { cosine(place, $0) ?? .nan } }
    }

    private func crowding(
        _ texts: [String],
        threshold: Float = 0.95,
        dropping: Float = 2,
        cosine: @escaping (Int, Int) -> Float?
    ) -> Crowding {
        Crowding(
            ranked(texts.count),
            threshold: threshold,
            dropping: dropping,
            cosines: each(cosine),
            difference: { _, _ in .nothing },
            isNumbered: { _, _ in false },
            text: { texts[$0] }
        )
    }

    private func slots(_ groups: [Crowding.Group]) -> [[Int]] {
        groups.map { [$0.result.slot] + $0.copies.map(\.slot) }
    }

    @Test func `equal texts are one result in the place of the best`() {
        let texts = ["a", "b", "a", "c", "b", "a"]
        for cosine in [nil, 1] as [Float?] {
            let crowding = crowding(texts, threshold: 2) { texts[$0] == texts[$1] ? cosine : cosine.map { $0 / 2 } }
            #expect(slots(crowding.front) == [[0, 2, 5], [1, 4], [3]])
            #expect(crowding.back.isEmpty)
            #expect(crowding.lastCopy == 5)
        }
    }

    @Test func `canonically equivalent texts are equal`() {
        let crowding = crowding(["caf\u{E9}", "cafe\u{301}"], threshold: 2) { _, _ in nil }
        #expect(slots(crowding.front) == [[0, 1]])
    }

    @Test func `near-copies step back behind all else, in their order, and are lost to none`() {
        let texts = ["a 1", "a 2", "b", "a 3", "c", "a 3"]
        let crowding = crowding(texts) { texts[$0].first == texts[$1].first ? 0.99 : 0.1 }
        #expect(slots(crowding.front) == [[0], [2], [4]])
        #expect(slots(crowding.back) == [[1], [3, 5]])
    }

    @Test func `what differs by a number steps back when two such are in front, and what says something else never`() {
        let texts = ["a 1", "a 2", "b", "a 3", "a not 1", "a 1!"]
        func crowding(_ asked: String) -> Crowding {
            Crowding(
                ranked(texts.count),
                threshold: 0.95,
                cosines: each { texts[$0].first == texts[$1].first ? 0.99 : 0.1 },
                difference: {
                    TellingWords(of: texts[$0])
                        .difference(from: TellingWords(of: texts[$1]), asked: .init(KeywordQuery(asked)))
                },
                isNumbered: { _, _ in false },
                text: { texts[$0] }
            )
        }
        #expect(slots(crowding("a").front) == [[0], [1], [2], [4]])
        #expect(slots(crowding("a").back) == [[3], [5]])
        #expect(slots(crowding("a 3").front) == [[0], [1], [2], [3], [4]])
    }

    @Test(
        arguments: [(0.95, [[0], [1], [2]], [[3], [4]]), (2, [[0], [1], [2], [3], [4]], [])]
            as [(Float, [[Int]], [[Int]])]
    )
    func `what is equal but for its numbers steps back also where it is less near`(
        threshold: Float,
        front: [[Int]],
        back: [[Int]]
    ) {
        let texts = ["a 1 b 1", "a 2 b 2", "a 3 c 3", "a 10 b 1,250", "a 4 b 8:00"]
        let crowding = Crowding(
            ranked(texts.count),
            threshold: threshold,
            cosines: each { _, _ in 0.9 },
            difference: { _, _ in .telling },
            isNumbered: { NumberedPattern(of: texts[$0]) == NumberedPattern(of: texts[$1]) },
            text: { texts[$0] }
        )
        #expect(slots(crowding.front) == front)
        #expect(slots(crowding.back) == back)
    }

    @Test func `a threshold above one moves nothing`() {
        let crowding = crowding(["a", "b", "c"], threshold: 2) { _, _ in 1 }
        #expect(slots(crowding.front) == [[0], [1], [2]])
    }

    @Test func `results that are to be left out are, but copies are counted`() {
        let texts = ["a 1", "a 2", "b", "a 1"]
        let crowding = crowding(texts, dropping: 0.9) { texts[$0].first == texts[$1].first ? 0.99 : 0.1 }
        #expect(slots(crowding.front) == [[0, 3], [2]])
        #expect(crowding.back.isEmpty)
    }

    @Test func `texts are read only where no vectors say that they differ`() {
        var read: [Int] = []
        let list = (0..<50)
            .map { place in
                Ranked(slot: place, score: 1, components: ScoreComponents(keyword: 1 / Double(place + 1)))
            }
        for cosine in [nil, 0.9] as [Float?] {
            read = []
            func text(_ place: Int) -> String {
                read.append(place)
                return "\(place)"
            }
            let crowding = Crowding(
                list,
                threshold: 2,
                cosines: each { _, _ in cosine },
                difference: { _, _ in .nothing },
                isNumbered: { _, _ in false },
                text: text
            )
            #expect(crowding.front.count == 50)
            #expect(cosine == nil ? Set(read).count == 50 : read.isEmpty, "\(read)")
        }
    }

    @Test func `whatever the cosines, nothing is lost or found twice`() {
        var generator = SeededGenerator()
        for _ in 0..<200 {
            let count = Int.random(in: 0...60, using: &generator)
            let kinds = (0..<count).map { _ in Int.random(in: 0..<12, using: &generator) }
            let crowding = crowding(kinds.map(\.description)) { left, right in
                kinds[left] == kinds[right] ? 1 : Float(kinds[left] + kinds[right]) / 22
            }
            let found = slots(crowding.front + crowding.back).flatMap(\.self).sorted()
            #expect(found == Array(0..<count), "seed \(generator.seed)")
            #expect(Set(kinds).count == crowding.front.count + crowding.back.count, "seed \(generator.seed)")
        }
    }

    @Test func `what repeats a better result steps back behind what scores comparably, and no further`() {
        // Two that say nearly the same, something else that answers as well, and noise.
        let scores = [0.7, 0.68, 0.5, 0.1, 0.09]
        let crowding = Crowding(
            scores.enumerated()
                .map { Ranked(slot: $0, score: $1, components: ScoreComponents(keyword: 0.5)) },
            threshold: 0.95,
            cosines: each { max($0, $1) == 1 ? 0.96 : 0.1 },
            difference: { _, _ in .nothing },
            isNumbered: { _, _ in false },
            text: { "\($0)" }
        )
        #expect(slots(crowding.ordered) == [[0], [2], [1], [3], [4]])
    }

    @Test func `copies are found however many other texts stand between them`() {
        let texts = (0..<300).map { "\($0)" } + ["0", "150", "299"]
        for cosine in [nil, 0.9] as [Float?] {
            let crowding = crowding(texts, threshold: 2) { texts[$0] == texts[$1] ? cosine.map { _ in 1 } : cosine }
            #expect(crowding.front.count == 300)
            #expect([0, 150, 299].allSatisfy { crowding.front[$0].copies.count == 1 })
        }
    }

    @Test func `copies are found whatever they score`() {
        let list = [0.9, 0.5, 0.1].enumerated()
            .map { Ranked(slot: $0, score: $1, components: ScoreComponents(keyword: $1)) }
        let crowding = Crowding(
            list,
            threshold: 2,
            cosines: each { _, _ in nil },
            difference: { _, _ in .nothing },
            isNumbered: { _, _ in false },
            text: { $0 == 1 ? "b" : "a" }
        )
        #expect(slots(crowding.front) == [[0, 2], [1]])
    }
}
