import CVectorKernels
import TestSupport
import Testing

/// Every kernel this machine can run against the definition of a dot product.
@Suite struct DotProducts {
    /// Around every register width: 16, 32 and 64 bytes, with and without a tail.
    static let dimensions = [0, 1, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 127, 128, 129, 384, 1_000, 1_024]
    /// Around the four rows that a kernel takes at once.
    static let counts = [0, 1, 2, 3, 4, 5, 8, 11]

    static var available: [hearth_instructions] {
        [HEARTH_PORTABLE, HEARTH_NEON, HEARTH_AVX2, HEARTH_AVX512_BW, HEARTH_AVX512_VNNI].filter(hearth_can_run)
    }

    @Test(arguments: available)
    func `every instruction set gives the same products`(instructions: hearth_instructions) {
        var generator = SeededGenerator()
        for dimension in Self.dimensions {
            for count in Self.counts {
                let matrix = Matrix(count: count, dimension: dimension) { .random(in: -128...127, using: &generator) }
                let query = (0..<dimension).map { _ in Int8.random(in: -128...127, using: &generator) }
                #expect(matrix.products(with: query, using: instructions) == matrix.definition(with: query))
            }
        }
    }

    @Test(arguments: available, [(-128, -128), (-128, 127), (127, -128), (127, 127)] as [(Int8, Int8)])
    func `extreme values neither saturate nor overflow`(instructions: hearth_instructions, values: (Int8, Int8)) {
        for dimension in Self.dimensions {
            let matrix = Matrix(count: 5, dimension: dimension) { values.0 }
            let product = Int32(values.0) * Int32(values.1) * Int32(dimension)
            let query = [Int8](repeating: values.1, count: dimension)
            #expect(matrix.products(with: query, using: instructions) == [Int32](repeating: product, count: 5))
        }
    }

    @Test(arguments: available)
    func `the greatest dimension still fits`(instructions: hearth_instructions) {
        let dimension = 131_071
        let matrix = Matrix(count: 1, dimension: dimension) { -128 }
        let query = [Int8](repeating: -128, count: dimension)
        #expect(matrix.products(with: query, using: instructions) == [Int32(dimension) * 16_384])
    }

    @Test func `the widest instruction set is one that can run`() {
        #expect(Self.available.last == hearth_widest_instructions())
        print("kernels tested: \(Self.available.map(\.rawValue)), used: \(hearth_widest_instructions().rawValue)")
    }

    @Test func `one product, all rows and selected rows agree`() {
        var generator = SeededGenerator()
        let matrix = Matrix(count: 23, dimension: 100) { .random(in: -128...127, using: &generator) }
        let query = (0..<100).map { _ in Int8.random(in: -128...127, using: &generator) }
        let expected = matrix.definition(with: query)

        let single = (0..<23).map { hearth_dot_i8(query, matrix.row($0), 100) }
        #expect(single == expected)

        var all = [Int32](repeating: 0, count: 23)
        hearth_dot_i8_rows(query, matrix.bytes, 23, 100, &all)
        #expect(all == expected)

        let indices: [UInt32] = [22, 0, 7, 7, 3, 21]
        var selected = [Int32](repeating: 0, count: indices.count)
        hearth_dot_i8_selected(query, matrix.bytes, indices, indices.count, 100, &selected)
        #expect(selected == indices.map { expected[Int($0)] })
    }

    @Test func `nothing is written past the last product`() {
        let matrix = Matrix(count: 6, dimension: 16) { 1 }
        var products = [Int32](repeating: -7, count: 8)
        hearth_dot_i8_rows(matrix.row(0), matrix.bytes, 6, 16, &products)
        #expect(products == [16, 16, 16, 16, 16, 16, -7, -7])
    }

    @Test func `a scaled row is added without fusing product and addition`() {
        // With a fused multiply-add the last bit of this sum differs.
        let scale: Float = 1.000_000_1
        var sum: [Float] = [-127, 0.1]
        hearth_add_scaled_i8(&sum, [127, 3] as [Int8], scale, 2)
        #expect(sum == [-127 + scale * 127, 0.1 + scale * 3])
        #expect(sum[0] != (-127 as Float).addingProduct(scale, 127))
    }
}

/// Rows of bytes, and the definition that the kernels are held against.
private struct Matrix {
    let bytes: [Int8]
    let count: Int
    let dimension: Int

    init(count: Int, dimension: Int, _ value: () -> Int8) {
        self.count = count
        self.dimension = dimension
        bytes = (0..<count * dimension).map { _ in value() }
    }

    func row(_ index: Int) -> [Int8] {
        Array(bytes[index * dimension..<(index + 1) * dimension])
    }

    func definition(with query: [Int8]) -> [Int32] {
        (0..<count)
            .map { index in
                zip(row(index), query).reduce(0) { sum, pair in sum + Int32(pair.0) * Int32(pair.1) }
            }
    }

    func products(with query: [Int8], using instructions: hearth_instructions) -> [Int32] {
        var products = [Int32](repeating: 0, count: count)
        hearth_dot_i8_rows_using(instructions, query, bytes, count, dimension, &products)
        return products
    }
}
