import HearthRules

/// The slots that hold one word, ascending, and how often each does, in little more than a byte a slot.
///
/// A slot is written as how many slots lie between it and the one before. That number is doubled, and made odd if the word
/// occurs more than once; how often follows then. Numbers are written with seven bits to a byte, the lowest first, and a
/// set eighth bit where more follow (LEB128).
struct PackedSlots: Sendable {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    private(set) var last: Int32 = -1

    /// What it takes, in bytes.
    var size: Int { bytes.capacity }

    init() {}

    /// Takes slots as they were packed before: how many there are, and the last.
    init(_ bytes: ArraySlice<UInt8>, count: Int, last: Int32) {
        self.bytes = Array(bytes)
        (self.count, self.last) = (count, last)
    }

    /// Adds the slots of others, all of which are behind these.
    mutating func append(_ others: PackedSlots) {
        others.visit { append($0, count: $1) }
    }

    /// Packs the slots of a clause.
    init(_ range: Range<Int>, of found: FoundWords) {
        bytes.reserveCapacity(range.count + range.count / 8)
        for place in range { append(found.slots[place], count: found.counts[place]) }
    }

    /// Adds a slot behind all others.
    mutating func append(_ slot: Int32, count occurrences: UInt16) {
        append(UInt64(slot - last - 1) << 1 | (occurrences == 1 ? 0 : 1))
        if occurrences != 1 { append(UInt64(occurrences)) }
        last = slot
        count += 1
    }

    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Adds the slots to what was found, as the next clause.
    ///
    /// - Parameter amendments: What to say of some slots instead, in ascending order; 0 for one that does not hold the
    ///   word.
    func unpack(into found: inout FoundWords, amendedBy amendments: [(slot: Int32, count: UInt16)] = []) {
        found.addClause(ofAtMost: count + amendments.count) { slots, counts in
            var amendments = amendments[...]
            var place = 0
            func put(_ slot: Int32, _ count: UInt16) {
                slots[place] = slot
                counts[place] = count
                place += 1
            }
            visit { slot, count in
                guard !amendments.isEmpty else { return put(slot, count) }
                while let amendment = amendments.first, amendment.slot < slot {
                    if amendment.count > 0 { put(amendment.slot, amendment.count) }
                    amendments.removeFirst()
                }
                if amendments.first?.slot != slot { put(slot, count) }
            }
            for amendment in amendments where amendment.count > 0 { put(amendment.slot, amendment.count) }
            return place
        }
    }

    @inline(__always)
    private func visit(_ body: (_ slot: Int32, _ count: UInt16) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            var offset = 0
            func number() -> UInt64 {
                var number = UInt64(bytes[offset])
                offset += 1
                guard number >= 0x80 else { return number }
                number &= 0x7F
                var shift: UInt64 = 7
                while true {
                    let byte = UInt64(bytes[offset])
                    offset += 1
                    number |= (byte & 0x7F) << shift
                    if byte < 0x80 { return number }
                    shift += 7
                }
            }
            var slot: Int32 = -1
            while offset < bytes.count {
                let step = number()
                slot += Int32(truncatingIfNeeded: step >> 1) + 1
                body(slot, step & 1 == 0 ? 1 : UInt16(truncatingIfNeeded: number()))
            }
        }
    }
}
