internal import CVectorKernels

/// A vector whose components are bytes, each to be multiplied by one scale.
@usableFromInline
package struct QuantizedVector: Hashable, Sendable {
    /// The components in units of ``scale``: from -127 to 127, one of them at an end unless all are zero.
    @usableFromInline package var components: [Int8]
    /// The value of one unit, not negative; zero for the zero vector.
    @usableFromInline package var scale: Float

    /// Creates a vector from its stored form.
    @inlinable
    package init(components: [Int8], scale: Float) {
        self.components = components
        self.scale = scale
    }
}

extension QuantizedVector {
    private static let greatestUnit: Float = 127

    /// Rounds every component to the nearest of 255 values, evenly spaced and symmetric about zero.
    ///
    /// The greatest magnitude becomes 127, so that the error of a component is at most half of one 127th of it. (The
    /// scheme is the symmetric one of Jacob et al., "Quantization and Training of Neural Networks", CVPR 2018.) Vectors
    /// whose greatest magnitude is too small for that division are taken for the zero vector.
    ///
    /// - Throws: ``EmbeddingError`` of code `notFinite` if a component is infinite or not a number.
    package init(quantizing vector: [Float]) throws(EmbeddingError) {
        var greatest: Float = 0
        var checksum: Float = 0
        for component in vector {
            greatest = max(greatest, component.magnitude)
            checksum += component * 0  // not zero once a component is infinite or not a number
        }
        guard checksum == 0 else {
            throw EmbeddingError(.notFinite, "An embedding holds a component that is infinite or not a number.")
        }
        let unitsPerOne = Self.greatestUnit / greatest
        guard unitsPerOne.isFinite else {
            self.init(components: [Int8](repeating: 0, count: vector.count), scale: 0)
            return
        }
        let components = [Int8](unsafeUninitializedCapacity: vector.count) { units, count in
            for index in vector.indices { units[index] = Self.nearestUnit(vector[index] * unitsPerOne) }
            count = vector.count
        }
        self.init(components: components, scale: greatest / Self.greatestUnit)
    }

    /// Rounds to the nearest integer, halves to the even one.
    ///
    /// Adding 1.5 * 2^23 moves the integer part to the low bits of the sum, where the processor's own rounding has made
    /// it the nearest; several at once, where `rounded()` is a call for each on a processor without SSE 4.1.
    private static func nearestUnit(_ value: Float) -> Int8 {
        Int8(truncatingIfNeeded: (value + 0x1.8p23).bitPattern)
    }

    /// The dot product with a vector of the same dimension: for two unit vectors, nearly the cosine of their angle.
    package func dot(_ other: QuantizedVector) -> Float {
        precondition(components.count == other.components.count, "Vectors of different dimensions have no dot product.")
        let product = hearth_dot_i8(components, other.components, components.count)
        return Float(product) * (scale * other.scale)
    }
}
