import Testing

@testable import HearthStore

@Suite struct LargePageAdvice {
    @Test(arguments: [0, 1, 4_095, (2 << 20) - 1, 2 << 20, (5 << 20) + 12_345])
    func `memory for which large pages are preferred holds what is written to it`(count: Int) {
        // One byte further on, so that it is not at the beginning of a page.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count + 1, alignment: 1)
        defer { memory.deallocate() }
        let part = UnsafeMutableRawBufferPointer(rebasing: memory[1...])
        memory[0] = 0xAA
        LargePages.prefer(for: part)
        for index in part.indices { part[index] = UInt8(truncatingIfNeeded: index / 7) }
        #expect(memory[0] == 0xAA)
        #expect(part.indices.allSatisfy { part[$0] == UInt8(truncatingIfNeeded: $0 / 7) })
    }
}
