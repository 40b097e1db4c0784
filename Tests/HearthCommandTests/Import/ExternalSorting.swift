import TestSupport
import Testing

@testable import hearth

@Suite struct ExternalSorting {
    @Test(arguments: [0, 1, 99, 100, 101, 1_000, 25_678])
    func `more values than memory holds come back in order and complete`(count: Int) throws {
        var generator = SeededGenerator()
        let values = (0..<count).map { _ in Int.random(in: 0...1_000, using: &generator) }
        var sort = ExternalSort<Int>(runLength: 100)
        for value in values { try sort.append(value) }
        var sorted = try sort.sorted()
        var result: [Int] = []
        while let value = try sorted.next() { result.append(value) }
        #expect(result == values.sorted())
    }
}
