import Testing

@testable import HearthHub

@Suite struct Paddings {
    @Test func `what was padded comes back, whatever its length`() {
        for length in Array(0...1_100) + [4_095, 4_096, 65_535, 1_000_003] {
            let text = [UInt8](repeating: 0, count: length)
            let padded = Padding.padded(text)
            #expect(Padding.unpadded(padded) == text)
            #expect(padded.count >= Padding.floor)
            #expect(Double(padded.count) <= max(256, Double(length + 4) * 1.12), "\(length)")
        }
    }

    @Test func `lengths fall on few steps, and never beside one`() {
        let steps = Set((0...65_536).map(Padding.step(from:)))
        #expect(steps.count < 140)
        #expect(steps.allSatisfy { Padding.step(from: $0) == $0 })
        #expect((0...252).allSatisfy { Padding.padded([UInt8](repeating: 7, count: $0)).count == 256 })
    }

    @Test func `other bytes are no padded text`() {
        #expect(Padding.unpadded([]) == nil)
        #expect(Padding.unpadded([0, 0, 0, 9]) == nil)
        var padded = Padding.padded([1, 2, 3])
        padded[200] = 1
        #expect(Padding.unpadded(padded) == nil)
        padded[200] = 0
        #expect(Padding.unpadded(padded + [0]) == nil)
        #expect(Padding.unpadded([0xFF, 0xFF, 0xFF, 0xFF] + padded) == nil)
    }
}
