import HearthModel
import TestSupport
import Testing

@testable import HearthHub

@Suite struct Ledgers {
    private func row(_ seq: Int64, of version: Int = 0) -> HubRow {
        HubRow(seq: seq, id: ExchangeRecord("\(seq).\(version)").id, kind: .record, ciphertext: [1])
    }

    private func ledger(of count: Int64) -> SpaceLedger {
        var ledger = SpaceLedger()
        for seq in 1...count { #expect(ledger.note(row(seq)) == .noted) }
        return ledger
    }

    @Test func `it comes back from its bytes, and from no other bytes`() {
        for count: Int64 in [1, 255, 256, 257, 1_000] {
            let ledger = ledger(of: count)
            let bytes = ledger.bytes
            #expect(SpaceLedger(bytes) == ledger)
            #expect(SpaceLedger(Array(bytes.dropLast())) == nil)
            var changed = bytes
            changed[bytes.count / 2] ^= 4
            #expect(SpaceLedger(changed) == nil)
        }
        #expect(SpaceLedger([]) == nil)
    }

    @Test func `what was noted is known, and another row at its place differs`() {
        var ledger = ledger(of: 300)
        #expect(ledger.note(row(300)) == .known && ledger.note(row(270)) == .known)
        #expect(ledger.note(row(270, of: 1)) == .differs)
        // Of a whole block only the fingerprint is left.
        #expect(ledger.note(row(7, of: 1)) == .known)
        #expect(ledger.note(row(305)) == .afterHole(301...304) && ledger.end == 305)
    }

    @Test func `what is forgotten and noted again is the same`() {
        for count: Int64 in [1, 200, 256, 257, 600] {
            for end: Int64 in [0, 1, 199, 255, 256, 300, 599, 600] {
                var forgetful = ledger(of: count)
                forgetful.forget(behind: end)
                let left = forgetful.end
                #expect(left <= max(end, 0) || left == count && end >= count, "\(count), \(end)")
                for seq in left + 1...max(count, left + 1) where seq <= count { _ = forgetful.note(row(seq)) }
                #expect(forgetful == ledger(of: count), "\(count), \(end)")
            }
        }
    }

    @Test func `a row far away costs no memory`() {
        var ledger = ledger(of: 10)
        #expect(ledger.note(row(1 << 60)) == .afterHole(11...(1 << 60) - 1))
        #expect(ledger.blocks.isEmpty && ledger.tail.count <= 1)
    }

    @Test func `two devices agree on what both saw, and not on what one saw otherwise`() {
        let one = ledger(of: 700)
        let other = ledger(of: 300)
        #expect(one.agrees(with: other.seen) == true && other.agrees(with: one.seen) != false)
        var different = SpaceLedger()
        for seq: Int64 in 1...300 { _ = different.note(row(seq, of: seq == 9 ? 1 : 0)) }
        #expect(one.agrees(with: different.seen) == false && different.agrees(with: other.seen) == false)
    }

    @Test(arguments: [(300, 290), (700, 100)])
    func `a row that was withheld and comes late is no disagreement`(count: Int64, late: Int64) {
        let whole = ledger(of: count)
        var holed = SpaceLedger()
        for seq in 1...count where seq != late { _ = holed.note(row(seq)) }
        #expect(holed.note(row(late)) != .differs)
        #expect(holed.end == whole.end && holed.agrees(with: whole.seen) != false)
        #expect(whole.agrees(with: holed.seen) != false)
        // What is known of the other blocks is compared still.
        let known = Dictionary(uniqueKeysWithValues: whole.expected.map { ($0.range, $0.digest) })
        #expect(holed.expected.allSatisfy { known[$0.range] == $0.digest } && !holed.expected.isEmpty)
    }
}
