import ArgumentParser
import Foundation
import HearthMemory

/// What happens beside the searches that are measured.
enum InterplayWorkload: String, CaseIterable, ExpressibleByArgument {
    case ownStore, otherStore, storingTask, storingProcess, readByRule, readByCall, singleStore, readByIdentifier

    /// How a person would say it.
    var description: String {
        switch self {
        case .ownStore: "a store of the same user before each"
        case .otherStore: "a store of another user before each"
        case .storingTask: "a task that stores all the time"
        case .storingProcess: "a second process that stores all the time"
        case .readByRule: "of another agent's memories, by rule"
        case .readByCall: "of another agent's memories, shared by call"
        case .singleStore: "one store"
        case .readByIdentifier: "read by identifier"
        }
    }

    /// Whether one store goes before each search.
    var storesBefore: Bool { self == .ownStore || self == .otherStore }

    /// Whether each search is of another agent's memories, and leaves an audit row.
    var isOfReader: Bool { self == .readByRule || self == .readByCall }
}

/// A fresh process that does one workload on a file, in turns with doing nothing but search.
struct InterplayProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "interplay-probe", shouldDisplay: false)

    @Argument var path: String
    @Option var workload: InterplayWorkload
    @Option var memories: Int
    @Option var searches: Int
    @Flag var stock = false

    /// Seconds of each call while nothing else happens, and beside the workload.
    struct Findings: Codable {
        var still: [Double] = []
        /// Where the workload stores before each search: the same behind a store in another file. A processor that did
        /// the work of a store meanwhile, or rested, is slower at first, though nothing was committed to the file. Where each
        /// search leaves an audit row: a search of one's own memories, and a read in another file that leaves such a row.
        var elsewhere: [Double] = []
        var changing: [Double] = []
    }

    /// How often both take turns, so that a machine that grows slower is no fault of either.
    private static let turns = 5
    private static let warmUp = 10

    func run() async throws {
        let findings =
            stock
            ? try await measure(
                StockSubject(path: path, isShared: workload == .readByCall),
                elsewhere: StockSubject(path: elsewhere)
            ) { try StockSubject(path: path) }
            : try await measureOurs()
        print(String(decoding: try JSONEncoder().encode(findings), as: UTF8.self))
    }

    private func measureOurs() async throws -> Findings {
        let subject = try await OurSubject(path: path)
        let other = try await OurSubject(path: elsewhere)
        let findings = try await measure(subject, elsewhere: other) { subject }
        try await subject.coordinator.close()
        try await other.coordinator.close()
        return findings
    }

    /// Another file, beside the one that is searched.
    private var elsewhere: String { path + "-elsewhere" }

    /// - Parameters:
    ///   - subject: What is searched.
    ///   - elsewhere: The same of another file.
    ///   - writer: Makes what a second task of the process writes through.
    private func measure<Subject: InterplaySubject>(
        _ subject: Subject,
        elsewhere: Subject,
        writer: @escaping @Sendable () throws -> some InterplaySubject
    ) async throws -> Findings {
        var queries = Corpus(seed: 7)
        var texts = Corpus(seed: 8)
        var findings = Findings()
        for _ in 0..<Self.warmUp { try await subject.search(queries.query(), as: Interplay.owner) }
        if workload.isOfReader { try await subject.search(queries.query(), as: Interplay.reader) }
        for turn in 0..<Self.turns {
            for _ in 0..<searches / Self.turns {
                findings.still.append(try await time(.none, of: subject, &queries, &texts))
            }
            for _ in 0..<(workload.storesBefore || workload.isOfReader ? searches / Self.turns : 0) {
                if workload.storesBefore { try await elsewhere.store(texts.sentence(), for: Interplay.user) }
                var seconds = try await time(.none, of: subject, &queries, &texts)
                if workload.isOfReader {
                    let number = queries.next(below: memories)
                    seconds += try await Stopwatch.seconds { try await elsewhere.read(number, as: Interplay.reader) }
                }
                findings.elsewhere.append(seconds)
            }
            try await beside(writer, seed: UInt64(100 + turn)) {
                for _ in 0..<searches / Self.turns {
                    findings.changing.append(try await time(workload, of: subject, &queries, &texts))
                }
            }
        }
        return findings
    }

    /// The seconds that one call takes.
    private func time(
        _ workload: InterplayWorkload?,
        of subject: some InterplaySubject,
        _ queries: inout Corpus,
        _ texts: inout Corpus
    ) async throws -> Double {
        let agent = workload?.isOfReader == true ? Interplay.reader : Interplay.owner
        switch self.workload {
        case .singleStore:
            let text = texts.sentence()
            return try await Stopwatch.seconds { try await subject.store(text, for: Interplay.user) }
        case .readByIdentifier:
            let number = queries.next(below: memories)
            let reader = workload == nil ? Interplay.owner : Interplay.reader
            return try await Stopwatch.seconds { try await subject.read(number, as: reader) }
        default:
            if workload == .ownStore { try await subject.store(texts.sentence(), for: Interplay.user) }
            if workload == .otherStore { try await subject.store(texts.sentence(), for: Interplay.otherUser) }
            let query = queries.query()
            return try await Stopwatch.seconds { try await subject.search(query, as: agent) }
        }
    }

    /// Does something while another task or process stores, if the workload says so.
    private func beside(
        _ writer: @escaping @Sendable () throws -> some InterplaySubject,
        seed: UInt64,
        _ body: () async throws -> Void
    ) async throws {
        switch workload {
        case .storingTask:
            let task = Task.detached {
                let subject = try writer()
                var texts = Corpus(seed: seed)
                while !Task.isCancelled { try await subject.store(texts.sentence(), for: Interplay.user) }
            }
            try await body()
            task.cancel()
            do { try await task.value } catch is CancellationError {}
        case .storingProcess:
            let process = try Child.running(["interplay-writer", path] + (stock ? ["--stock"] : []))
            try await body()
            process.terminate()
            process.waitUntilExit()
        default:
            try await body()
        }
    }
}

/// A process that stores in a file until it is ended.
struct InterplayWriter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "interplay-writer", shouldDisplay: false)

    @Argument var path: String
    @Flag var stock = false

    func run() async throws {
        let subject: any InterplaySubject = stock ? try StockSubject(path: path) : try await OurSubject(path: path)
        var texts = Corpus(seed: UInt64(ProcessMemory.identifier))
        try await subject.store(texts.sentence(), for: Interplay.user)
        FileHandle.standardOutput.write(Data("ready\n".utf8))
        while true { try await subject.store(texts.sentence(), for: Interplay.user) }
    }
}

/// Makes the file that the workloads begin with, to look at or to profile with.
struct InterplayPopulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "interplay-populate", shouldDisplay: false)

    @Argument var path: String
    @Option var memories: Int

    func run() async throws {
        var corpus = Corpus()
        let subject = try await OurSubject(path: path)
        try await subject.fill((0..<memories).map { _ in corpus.sentence() }, for: Interplay.user)
        try await subject.coordinator.close()
    }
}
