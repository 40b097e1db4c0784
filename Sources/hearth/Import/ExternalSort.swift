import HeapModule

/// Sorts more values than memory should hold.
///
/// Values are gathered into runs of bounded length; each full run is sorted and written to a temporary file, and in the
/// end the runs are merged. What fits into one run touches no file. Source: Knuth, The Art of Computer Programming 3,
/// section 5.4.
struct ExternalSort<Element: BitwiseCopyable & Comparable> {
    private let runLength: Int
    private var current: [Element] = []
    private var file: TemporaryFile?
    private var runs: [Run<Element>] = []

    /// - Parameter runLength: How many values are held at once.
    init(runLength: Int = 1 << 18) {
        self.runLength = runLength
    }

    /// Adds a value.
    mutating func append(_ element: Element) throws {
        current.append(element)
        if current.count == runLength { try writeRun() }
    }

    /// All values in ascending order.
    ///
    /// Nothing may be added afterwards.
    mutating func sorted() throws -> SortedValues<Element> {
        guard let file else {
            current.sort()
            return SortedValues(runs: [Run(values: current)])
        }
        if !current.isEmpty { try writeRun() }
        current = []
        return SortedValues(runs: try runs.map { try $0.started(in: file) })
    }

    private mutating func writeRun() throws {
        let file = try self.file ?? TemporaryFile()
        self.file = file
        current.sort()
        runs.append(Run(offset: file.count, count: current.count))
        try current.withUnsafeBytes { try file.append($0) }
        current.removeAll(keepingCapacity: true)
    }
}

/// A sorted run, of which a window is in memory.
private struct Run<Element: BitwiseCopyable & Comparable> {
    private var file: TemporaryFile?
    private var offset = 0
    private var remaining = 0
    private var window: ArraySlice<Element>

    /// How many values of a run are read at once.
    private static var windowLength: Int { 256 }

    init(values: [Element]) {
        window = values[...]
    }

    init(offset: Int, count: Int) {
        (self.offset, remaining, window) = (offset, count, [])
    }

    func started(in file: TemporaryFile) throws -> Run {
        var run = self
        run.file = file
        try run.refill()
        return run
    }

    var first: Element? { window.first }

    mutating func advance() throws {
        window.removeFirst()
        if window.isEmpty { try refill() }
    }

    private mutating func refill() throws {
        let count = min(remaining, Self.windowLength)
        guard let file, count > 0 else { return }
        window = try file.read(count, at: offset)[...]
        offset += count * MemoryLayout<Element>.stride
        remaining -= count
    }
}

/// The values of several sorted runs, in ascending order.
struct SortedValues<Element: BitwiseCopyable & Comparable> {
    /// The first value of a run that has one.
    private struct Head: Comparable {
        var value: Element
        var run: Int

        static func < (left: Head, right: Head) -> Bool {
            left.value < right.value
        }
    }

    private var runs: [Run<Element>]
    private var heads: Heap<Head>

    fileprivate init(runs: [Run<Element>]) {
        self.runs = runs
        heads = Heap(runs.enumerated().compactMap { index, run in run.first.map { Head(value: $0, run: index) } })
    }

    /// The next value, or nil after the last.
    mutating func next() throws -> Element? {
        guard let head = heads.popMin() else { return nil }
        try runs[head.run].advance()
        if let value = runs[head.run].first { heads.insert(Head(value: value, run: head.run)) }
        return head.value
    }
}
