import CVectorKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The scan over every vector of a user beside a copy of the same bytes: both are bound by memory at best.
enum VectorBenchmarks {
    /// Components of the built-in embedder's vectors.
    private static let dimension = 128
    private static let repetitions = 101

    static func run(_ count: Int) -> [Measurement] {
        var corpus = Corpus()
        let rows = (0..<count * dimension).map { _ in Int8(truncatingIfNeeded: corpus.next(below: 256)) }
        let query = Array(rows.prefix(dimension))
        var products = [Int32](repeating: 0, count: count)
        var copy = [Int8](repeating: 0, count: rows.count)
        var scans: [Double] = []
        var copies: [Double] = []
        for _ in 0..<repetitions {
            scans.append(
                Stopwatch.seconds { hearth_dot_i8_rows(query, rows, count, dimension, &products) }
            )
            copies.append(
                Stopwatch.seconds {
                    _ = memcpy(&copy, rows, rows.count)
                }
            )
        }
        return [
            Measurement(
                name: "vector scan, \(count) of \(dimension) bytes",
                ours: scans.percentile(0.5) * 1e3,
                floor: copies.percentile(0.5) * 1e3,
                unit: "ms; floor: memcpy; \(instructions)"
            )
        ]
    }

    private static var instructions: String {
        switch hearth_widest_instructions() {
        case HEARTH_AVX512_VNNI: "AVX-512 VNNI"
        case HEARTH_AVX512_BW: "AVX-512 BW"
        case HEARTH_AVX2: "AVX2"
        case HEARTH_NEON: "NEON"
        default: "portable"
        }
    }
}
