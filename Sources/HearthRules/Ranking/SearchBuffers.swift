/// Room for what one search counts about every document, used again by the next search.
///
/// A search among 100,000 memories fills some megabytes. Fresh memory is mapped and zeroed by the kernel page by page,
/// which takes a quarter of a search's time.
package struct SearchBuffers: Sendable {
    /// The cosine of each slot.
    package var cosines: [Float] = []
    /// The dot product of each vector.
    package var products: [Int32] = []
    private var words = WordScores(count: 0)
    /// Zero everywhere between two searches.
    private var most: [Float] = []
    private var touched: [Int32] = []

    package init() {}

    /// What they take, in bytes, but for small things.
    package var size: Int {
        (cosines.capacity + products.capacity + most.capacity + touched.capacity) * 4
            + words.own.capacity * 8 + words.isMatch.capacity
    }

    /// Scores without anything in them, for so many slots.
    mutating func takeScores(count: Int) -> WordScores {
        var scores = WordScores(count: 0)
        swap(&scores, &words)
        scores.clear(count: count)
        return scores
    }

    /// Calls `body` with a zero and a place for each of so many slots. The zeros must be zeros again when it returns.
    mutating func withSpreadMemory(
        count: Int,
        _ body: (_ zeros: UnsafeMutableBufferPointer<Float>, _ places: UnsafeMutableBufferPointer<Int32>) -> Void
    ) {
        if most.count != count { most.refill(with: 0, count: count) }
        touched.resize(to: count)
        most.withUnsafeMutableBufferPointer { most in
            touched.withUnsafeMutableBufferPointer { touched in body(most, touched) }
        }
    }

    /// Memory for the dot products, of any length.
    package mutating func takeProducts() -> [Int32] {
        var held: [Int32] = []
        swap(&held, &products)
        return held
    }

    /// Takes back what a ranking is done with.
    package mutating func giveBack(_ ranking: consuming Ranking) {
        if let scores = ranking.words { words = scores }
        if let held = ranking.cosines { cosines = held }
    }
}

/// Inlinable, because each is called for elements of one type only.
extension Array {
    /// Makes it so many times the same element, in the memory that it has where that is enough.
    @inlinable
    package mutating func refill(with element: Element, count wanted: Int) {
        if count > wanted { removeLast(count - wanted) }
        withUnsafeMutableBufferPointer { $0.update(repeating: element) }
        if count < wanted { append(contentsOf: repeatElement(element, count: wanted - count)) }
    }

    /// Makes it so many elements long, in the memory that it has where that is enough; what they are is to be written.
    @inlinable
    package mutating func resize(to wanted: Int) where Element: FixedWidthInteger {
        if count > wanted { removeLast(count - wanted) }
        if count < wanted { append(contentsOf: repeatElement(0, count: wanted - count)) }
    }
}
