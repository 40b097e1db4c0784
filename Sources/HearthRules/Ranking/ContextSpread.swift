import HearthModel

/// Gives one word after another to the slots that hold it and to their neighbours in the session. Of what a slot is
/// given for a word, the most counts.
///
/// It works in memory that outlives it.
struct ContextSpread {
    private let sessions: SessionOrder
    private let near: Float
    private let far: Float
    /// The most that each slot was given of the present word; zero everywhere between two words.
    private let most: UnsafeMutableBufferPointer<Float>
    /// The slots that were given something of the present word.
    private let touched: UnsafeMutableBufferPointer<Int32>
    private var touchedCount = 0

    /// - Parameters:
    ///   - sessions: Which slots are neighbours.
    ///   - tuning: What neighbours count.
    ///   - most: A zero for each slot.
    ///   - touched: A place for each slot.
    init(
        _ sessions: SessionOrder,
        tuning: SearchTuning,
        most: UnsafeMutableBufferPointer<Float>,
        touched: UnsafeMutableBufferPointer<Int32>
    ) {
        self.sessions = sessions
        near = tuning.nearContext
        far = tuning.farContext
        self.most = most
        self.touched = touched
    }

    /// Gives a word's part to a slot that holds it.
    @inline(__always)
    mutating func put(_ part: Float, around slot: Int) {
        raise(Int32(truncatingIfNeeded: slot), to: part)
        let (before, after) = (sessions.previous[slot], sessions.next[slot])
        if before != SessionOrder.none {
            raise(before, to: near * part)
            raise(sessions.previous[Int(before)], to: far * part)
        }
        if after != SessionOrder.none {
            raise(after, to: near * part)
            raise(sessions.next[Int(after)], to: far * part)
        }
    }

    @inline(__always)
    private mutating func raise(_ slot: Int32, to value: Float) {
        guard slot != SessionOrder.none, value > most[Int(slot)] else { return }
        if most[Int(slot)] == 0 {
            touched[touchedCount] = slot
            touchedCount += 1
        }
        most[Int(slot)] = value
    }

    /// Adds what was given to the scores, and gets ready for the next word.
    mutating func flush(into scores: UnsafeMutableBufferPointer<Float>) {
        for place in 0..<touchedCount {
            let slot = Int(touched[place])
            scores[slot] += most[slot]
            most[slot] = 0
        }
        touchedCount = 0
    }
}
