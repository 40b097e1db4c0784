extension [Float] {
    /// Divides by the Euclidean length, so that it becomes one.
    ///
    /// The zero vector stays as it is. The squares are summed in double precision, one after the other: none overflows or vanishes, and the result is
    /// the same on every machine.
    mutating func normalize() {
        var squares: Double = 0
        for component in self { squares += Double(component) * Double(component) }
        guard squares > 0 else { return }
        let length = squares.squareRoot()
        for index in indices { self[index] = Float(Double(self[index]) / length) }
    }
}
