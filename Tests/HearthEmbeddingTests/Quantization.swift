import TestSupport
import Testing

@testable import HearthEmbedding

/// Floats as bytes with a scale.
@Suite struct Quantization {
    @Test func `a component is off by at most half a unit`() throws {
        var generator = SeededGenerator()
        for dimension in [1, 3, 128, 384, 1_024] {
            let vector = (0..<dimension).map { _ in Float.random(in: -3...3, using: &generator) }
            let quantized = try QuantizedVector(quantizing: vector)
            for (component, restored) in zip(vector, quantized.dequantized) {
                #expect((component - restored).magnitude <= quantized.scale * 0.500_1)
            }
        }
    }

    @Test func `the greatest component becomes 127, on either side`() throws {
        #expect(try QuantizedVector(quantizing: [0.5, -1, 0.25]).components == [64, -127, 32])
        #expect(try QuantizedVector(quantizing: [1e30, -1e30, 0]).components == [127, -127, 0])
    }

    @Test func `halves are rounded to the even unit`() throws {
        #expect(try QuantizedVector(quantizing: [127, 0.5, 1.5, -0.5, -2.5]).components == [127, 0, 2, 0, -2])
    }

    @Test func `the zero vector stays zero`() throws {
        let zero = try QuantizedVector(quantizing: [0, -0.0, 0])
        #expect(zero == QuantizedVector(components: [0, 0, 0], scale: 0))
        #expect(zero.dequantized == [0, 0, 0])
        #expect(try QuantizedVector(quantizing: []) == QuantizedVector(components: [], scale: 0))
        #expect(try QuantizedVector(quantizing: [1e-38, -.leastNonzeroMagnitude]).scale == 0)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
    func `what is not a finite number is refused`(component: Float) {
        for position in 0..<17 {
            var vector = [Float](repeating: 1, count: 17)
            vector[position] = component
            let error = #expect(throws: EmbeddingError.self) { try QuantizedVector(quantizing: vector) }
            #expect(error?.code == .notFinite)
        }
    }

    @Test func `the dot product is nearly that of the floats`() throws {
        var generator = SeededGenerator()
        for dimension in [128, 384, 1_024] {
            let (left, right) = (unitVector(dimension, &generator), unitVector(dimension, &generator))
            let product = try QuantizedVector(quantizing: left).dot(QuantizedVector(quantizing: right))
            #expect((product - zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }).magnitude < 0.01)
        }
    }

    private func unitVector(_ dimension: Int, _ generator: inout SeededGenerator) -> [Float] {
        var vector = (0..<dimension).map { _ in Float.random(in: -1...1, using: &generator) }
        vector.normalize()
        return vector
    }
}

extension QuantizedVector {
    /// The vector that this one stands for.
    fileprivate var dequantized: [Float] {
        components.map { Float($0) * scale }
    }
}
