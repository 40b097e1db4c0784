import TestSupport
import Testing

@testable import HearthText

/// Texts kept as differences.
@Suite struct TextDeltas {
    @Test func `a text comes back from its difference, whatever it is a difference from`() throws {
        var random = SeededGenerator()
        for _ in 0..<1_000 {
            let reference = bytes(upTo: 400, using: &random)
            let target = edited(reference, using: &random)
            let delta = TextDelta.encode(target: target, reference: reference)
            #expect(try TextDelta.decode(delta, reference: reference, limit: .max) == target)
            #expect(delta.count <= target.count + 16)
        }
    }

    @Test func `an edit of a long text takes about as much as what it writes`() throws {
        var random = SeededGenerator()
        let reference = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        var target = reference
        target.replaceSubrange(5_000..<5_010, with: Array("A word or two.".utf8))
        target.replaceSubrange(80_000..<80_000, with: Array("Another.".utf8))
        target.append(contentsOf: reference[20_000..<40_000])
        target.removeSubrange(60_000..<70_000)
        let delta = TextDelta.encode(target: target, reference: reference)
        #expect(delta.count < 100)
        #expect(try TextDelta.decode(delta, reference: reference, limit: .max) == target)
    }

    @Test func `a damaged difference is refused or gives bytes within the limit, never more`() {
        var random = SeededGenerator()
        for _ in 0..<3_000 {
            let reference = bytes(upTo: 200, using: &random)
            var delta = TextDelta.encode(target: edited(reference, using: &random), reference: reference)
            for _ in 0...Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: delta.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: delta[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 1: delta[place] = .max
                default: delta = Array(delta.prefix(max(1, place)))
                }
            }
            do throws(DamagedDelta) {
                #expect(try TextDelta.decode(delta, reference: reference, limit: 1_000).count <= 1_000)
            } catch {
                #expect(!error.reason.isEmpty)
            }
        }
    }

    @Test func `noise, a length beyond the limit and another reference are refused`() {
        func isRefused(_ delta: [UInt8], _ reference: [UInt8] = [], limit: Int = 100) -> Bool {
            do throws(DamagedDelta) {
                _ = try TextDelta.decode(delta, reference: reference, limit: limit)
                return false
            } catch {
                return true
            }
        }
        let text = Array("Ana likes tea.".utf8)
        let delta = TextDelta.encode(target: text, reference: text)
        #expect(!isRefused(delta, text))
        #expect(isRefused(delta, text, limit: text.count - 1))
        #expect(isRefused(delta, text + text))
        #expect(isRefused([]))
        #expect(isRefused(Array("Ana likes tea.".utf8)))
        let endless: [UInt8] = Array(delta.prefix(2)) + Array(repeating: 0xFF, count: 20)
        #expect(isRefused(endless))
    }

    private func bytes(upTo count: Int, using random: inout SeededGenerator) -> [UInt8] {
        // Few letters, so that texts repeat themselves.
        (0..<Int.random(in: 0...count, using: &random)).map { _ in UInt8.random(in: 97...100, using: &random) }
    }

    private func edited(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var edited = bytes
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let start = Int.random(in: 0...edited.count, using: &random)
            let end = Int.random(in: start...edited.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: edited.removeSubrange(start..<end)
            case 1: edited.insert(contentsOf: edited[start..<end], at: Int.random(in: 0...edited.count, using: &random))
            default: edited.insert(contentsOf: self.bytes(upTo: 20, using: &random), at: start)
            }
        }
        return edited
    }
}
