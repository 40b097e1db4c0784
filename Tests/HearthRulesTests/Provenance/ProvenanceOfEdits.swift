import TestSupport
import Testing

@testable import HearthModel

/// What changes say of their provenance.
@Suite struct ProvenanceOfEdits {
    private static let tool = Provenance(origin: .tool), user = Provenance(origin: .user)

    @Test func `an edit keeps the lower of the memory's and its own`() {
        let fields = MemoryFields(content: "a", provenance: Self.user)
        #expect(FieldChange(content: "b").applied(to: fields).provenance == .standard)
        #expect(FieldChange(content: "b", provenance: Self.tool).applied(to: fields).provenance == Self.tool)
        #expect(FieldChange(content: "b", provenance: Self.user).applied(to: fields).provenance == Self.user)
        let told = MemoryFields(content: "a", provenance: Self.tool)
        #expect(FieldChange(tags: ["b"], provenance: Self.user).applied(to: told).provenance == Self.tool)
        #expect(
            FieldChange(content: "b", provenance: Self.user, grantsTrust: true).applied(to: told).provenance
                == Self.user
        )
    }

    @Test func `of equally trusted ones the edit's is kept, unless nothing is said of it or nothing else changes`() {
        let (one, other) = (Provenance(origin: .tool, name: "b"), Provenance(origin: .tool, name: "z"))
        let fields = MemoryFields(content: "a", provenance: one)
        #expect(FieldChange(content: "b", provenance: other).applied(to: fields).provenance == other)
        #expect(FieldChange(content: "a", provenance: other).leavingOut(unchangedFrom: fields).isEmpty)
        #expect(FieldChange(tags: ["t"], provenance: other).applied(to: fields).provenance == one)
        let agents = MemoryFields(content: "a", provenance: Provenance(origin: .agent, name: "z"))
        #expect(FieldChange(content: "b").applied(to: agents).provenance == agents.provenance)
    }

    @Test func `no edit and a deletion say nothing`() {
        let fields = MemoryFields(content: "a", provenance: Self.user)
        #expect(FieldChange().applied(to: fields).provenance == Self.user)
        #expect(FieldChange.deletion.applied(to: fields).provenance == Self.user)
    }

    @Test func `an edit that only says what is so already changes nothing`() {
        let fields = MemoryFields(content: "a", provenance: Self.tool)
        #expect(FieldChange(provenance: Self.user).leavingOut(unchangedFrom: fields).isEmpty)
        #expect(FieldChange(content: "a", provenance: Self.tool).leavingOut(unchangedFrom: fields).isEmpty)
        #expect(!FieldChange(provenance: Self.user, grantsTrust: true).leavingOut(unchangedFrom: fields).isEmpty)
        #expect(!FieldChange(provenance: Self.tool).leavingOut(unchangedFrom: MemoryFields(content: "a")).isEmpty)
    }

    @Test func `two edits in one never have more trust than one after the other`() {
        var random = SeededGenerator()
        let some: [Provenance?] = [
            nil, Self.tool, Self.user, Provenance(origin: .import), .standard, Provenance(origin: .tool, name: "a"),
            Provenance(origin: .tool, name: "z"), Provenance(origin: .agent, name: "m"),
        ]
        func change() -> FieldChange {
            var change = FieldChange(provenance: some.randomElement(using: &random) ?? nil)
            if Bool.random(using: &random) { change.content = ["a", "b", "c"].randomElement(using: &random) }
            change.isDeletion = Int.random(in: 0..<4, using: &random) == 0
            change.grantsTrust = change.provenance != nil && Int.random(in: 0..<4, using: &random) == 0
            return change
        }
        for _ in 0..<500 {
            let (first, second) = (change(), change())
            let fields = MemoryFields(
                content: "x",
                provenance: (some.randomElement(using: &random) ?? nil) ?? .standard
            )
            let stepwise = second.applied(to: first.applied(to: fields)).provenance
            let together = first.followed(by: second).applied(to: fields).provenance
            #expect(together.trust == stepwise.trust, "seed \(random.seed)")
            // Whom the text comes from is kept for both together, and so what only one of them says of the same trust.
            if first.content == nil || second.content == nil { continue }
            #expect(together == stepwise, "seed \(random.seed)")
        }
    }
}
