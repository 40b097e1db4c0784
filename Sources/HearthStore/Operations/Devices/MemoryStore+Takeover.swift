package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Takes over what other devices say, in one transaction with the new cursor; durable on return.
    ///
    /// What can't be taken over yet is held: a version whose parents have not come, what is from a clock far ahead, what
    /// this release can't read, what is of a sensitive memory while there are no keys, and what is about a memory that is
    /// damaged in this file. Records that were held before are to be given again, until they are taken over.
    ///
    /// - Parameters:
    ///   - received: Records in the order of the hub.
    ///   - cursor: The last row of the hub that was received; nil if only held ones are given.
    ///   - position: The cursor behind which the hub was asked. If the file has another one by now, because another process
    ///     exchanges too or has begun anew, that one stays.
    /// - Throws: `.invalidArgument` if the file exchanges with no other device.
    package func takeOver(
        _ received: [ReceivedRecord],
        cursor: Int64?,
        after position: Int64? = nil
    ) async throws -> TakeoverReport {
        let cursor = cursor.map { (from: position, to: $0) }
        // Agents and the policy first: what is about memories is judged by them. And how far an erasure goes, before it comes.
        var report = TakeoverReport()
        let opened = received.map(OpenedRecord.init)
        let rules = opened.filter(\.isRule)
        if !rules.isEmpty {
            report = try await takeOver(rules, cursor: nil, into: report)
        }
        report = try await takeOver(opened.filter { !$0.isRule }, cursor: cursor, into: report)
        if report.future > 0 || report.datedAnew > 0 { await raise(.clockOfAnotherDevice) }
        return report
    }

    private func takeOver(
        _ records: [OpenedRecord],
        cursor: (from: Int64?, to: Int64)?,
        into report: TakeoverReport
    ) async throws -> TakeoverReport {
        do {
            let done = try await takeOverAtOnce(records, cursor: cursor, into: report)
            // Keys that were dropped with their user, or replaced meanwhile: there may be new ones.
            let keyless = done.waiting.filter { $0.reason == .keyless }.map(\.record)
            guard !keyless.isEmpty, try await !keys(for: keyless).isEmpty else { return done.report }
            var report = done.report
            report.held -= done.waiting.count
            report.future -= done.waiting.count { $0.reason == .future }
            return try await takeOverAtOnce(done.waiting.map(\.record), cursor: nil, into: report).report
        } catch let error as MemoryError where error.isDamage && !records.isEmpty {
            // The records about damaged memories are found by halves. The others go on.
            guard records.count > 1 else {
                log.trace(error, "What another device says of a damaged memory waits.")
                return try await takeOverAtOnce([], holding: records, cursor: cursor, into: report).report
            }
            let middle = records.count / 2
            let first = try await takeOver(Array(records[..<middle]), cursor: nil, into: report)
            return try await takeOver(Array(records[middle...]), cursor: cursor, into: first)
        }
    }

    private func takeOverAtOnce(
        _ records: [OpenedRecord],
        holding damaged: [OpenedRecord] = [],
        cursor: (from: Int64?, to: Int64)?,
        into report: TakeoverReport
    ) async throws -> (report: TakeoverReport, waiting: [TakeoverRun.Waiting]) {
        let keys = try await keys(for: records)
        return try await writePublishing { context in
            guard try DeviceSpaceTable.find(context.connection) != nil else { throw MemoryError.noSpace }
            var run = TakeoverRun(context: context, keys: keys, report: report)
            try run.take(records)
            for record in damaged { try run.hold(record, because: .damaged) }
            try run.settle()
            if let cursor {
                try DeviceSpaceTable.set(cursor: cursor.to, from: cursor.from, in: context.transaction)
            }
            try run.audit()
            // Whoever exchanges scrubs once at the end, and not after each batch. The file remembers that it is due.
            context.afterCommit.leavesTraces = false
            return (run.report, run.waiting)
        }
    }

    /// The keys of the users of whom some records need them, and of those who have keys, as far as they can be had.
    private func keys(for records: [OpenedRecord]) async throws -> [UserID: UserKeys] {
        guard keyring.provider != nil else { return [:] }
        let users = try read { snapshot in
            let policy = snapshot.directory.rules.policy
            var users: [UserID: Bool] = [:]
            for case .fact(let fact, _) in records.map(\.meaning) {
                guard let sealing = fact.sealing else { continue }
                var isNeeded = sealing.isNeeded || fact.category.map { keyring.seals($0, by: policy) } ?? false
                // An erased user gets no keys for what comes late.
                if isNeeded { isNeeded = try !isGone(fact, in: snapshot.connection) }
                users[sealing.user, default: false] = users[sealing.user] ?? false || isNeeded
            }
            return users
        }
        var keys: [UserID: UserKeys] = [:]
        for (user, isNeeded) in users {
            guard (try? user.validated()) != nil, try isNeeded || hasKeys(user) else { continue }
            do {
                keys[user] = try await sealingKeys(of: user)
            } catch let error as MemoryError where error.code == .keyUnavailable || error.code == .decryptionFailed {
                log.trace(error, "Sensitive memories of other devices wait for their user's keys.")
            }
        }
        return keys
    }

    /// Whether a fact is about what is removed or erased.
    private func isGone(_ fact: DeviceFact, in connection: Connection) throws -> Bool {
        guard let memory = fact.memory else { return false }
        if try RemovedMemories.contain(memory, in: connection) { return true }
        guard case .version(let version) = fact, let time = version.version.time.time else { return false }
        return try RemovedMemories.userWasErased(memory.user, since: time, in: connection)
    }

    private func hasKeys(_ userID: UserID) throws -> Bool {
        try read { snapshot in
            let user = try UserTable.find(userID, in: snapshot.connection)
            return try user.flatMap { try KeyTable.newest(ofUser: $0, in: snapshot.connection) } != nil
        }
    }

    /// Removes the bytes that are left of what other devices have erased, after all of it was taken over.
    package func finishTakeover() async { await scrubIfDue() }

    /// Rows of the hub that wait, as they came.
    ///
    /// - Parameter afterNews: Whether only those are wanted that other rows may complete, or keys of the space open.
    package func heldRows(
        after position: Int64 = 0,
        atMost count: Int = 256,
        afterNews: Bool = false
    ) throws -> [HeldRow] {
        try read { try HeldRows.rows(after: position, atMost: count, afterNews: afterNews, in: $0.connection) }
    }
}

/// A received record, read.
private struct OpenedRecord: Sendable {
    enum Meaning: Sendable {
        case fact(DeviceFact, id: [UInt8])
        case opaque
        /// It is not what its id says.
        case damaged
    }

    var received: ReceivedRecord
    var meaning: Meaning

    init(_ received: ReceivedRecord) {
        self.received = received
        guard let record = received.record, record.schema == DeviceFact.schema else {
            meaning = .opaque
            return
        }
        guard DeviceFact.id(of: record.payload) == record.id else {
            meaning = .damaged
            return
        }
        // A form that does not read is of a later release: the id says that no byte was changed.
        meaning = (try? DeviceFact(payload: record.payload)).map { .fact($0, id: record.id) } ?? .opaque
    }

    /// Whether it is about agents or the policy, or says how far an erasure goes.
    var isRule: Bool {
        guard case .fact(let fact, _) = meaning else { return false }
        if case .erasure(let erasure) = fact { return erasure.insteadOf != nil }
        return fact.kind == .agent || fact.kind == .policy
    }
}

/// Takes over several records.
private struct TakeoverRun {
    /// A record that can't be taken over yet.
    struct Waiting {
        var record: OpenedRecord
        var reason: HeldRow.Reason
    }

    let context: WriteContext
    let keys: [UserID: UserKeys]
    let labels = TakenLabels()
    var report: TakeoverReport
    /// The memories that were changed, by user, and those that got a version.
    private var touched: [Int64: Set<Int64>] = [:]
    private var versioned: Set<Int64> = []
    private(set) var waiting: [Waiting] = []
    /// The greatest time of a version that another device made.
    private var heard = HybridTime.zero

    init(context: WriteContext, keys: [UserID: UserKeys], report: TakeoverReport) {
        (self.context, self.keys, self.report) = (context, keys, report)
    }

    private var connection: Connection { context.connection }

    /// Again and again, as long as one makes another possible.
    mutating func take(_ records: [OpenedRecord]) throws {
        var waiting = records
        while !waiting.isEmpty {
            var rest: [OpenedRecord] = []
            var held: [Int64: HeldRow.Reason] = [:]
            for record in waiting {
                guard let reason = try take(record) else { continue }
                rest.append(record)
                held[record.received.position] = reason
            }
            guard rest.count < waiting.count else {
                for record in rest { try hold(record, because: held[record.received.position] ?? .incomplete) }
                return
            }
            waiting = rest
        }
    }

    mutating func hold(_ record: OpenedRecord, because reason: HeldRow.Reason) throws {
        try HeldRows.insert(
            record.received.position,
            sealed: record.received.sealed,
            reason: reason.rawValue,
            at: context.now,
            in: connection
        )
        report.held += 1
        if reason == .future { report.future += 1 }
        waiting.append(Waiting(record: record, reason: reason))
    }

    /// - Returns: Why it has to wait; nil if it does not.
    private mutating func take(_ record: OpenedRecord) throws -> HeldRow.Reason? {
        let position = record.received.position
        switch record.meaning {
        case .opaque:
            return .opaque
        case .damaged:
            report.refusals[position] = "it is not what its id says"
        case .fact(let fact, let id):
            guard try !DeviceFacts.contains(id, in: connection) else {
                report.known += 1
                break
            }
            let takeover = RecordTakeover(context: context, keys: keys, labels: labels)
            switch try takeover.take(fact, id: id) {
            case .applied(let user, let memory):
                report.applied += 1
                try note(fact, id: id, by: takeover)
                if let user { touched[user, default: []].formUnion(memory.map { [$0] } ?? []) }
                if let memory, fact.kind == .version { versioned.insert(memory) }
            case .datedAnew:
                report.applied += 1
                report.datedAnew += 1
                try note(fact, id: id, by: takeover)
            case .known:
                report.known += 1
                try note(fact, id: id, by: takeover)
            case .held(let reason):
                return reason
            case .removed:
                report.known += 1
            case .refused(let reason):
                report.refusals[position] = reason
            }
        }
        try HeldRows.remove(position, in: connection)
        _ = context.transaction.sequence
        return nil
    }

    private mutating func note(_ fact: DeviceFact, id: [UInt8], by takeover: RecordTakeover) throws {
        if case .version(let fact) = fact, isOfAnotherDevice(fact), let time = fact.version.time.time {
            heard = max(heard, time)
        }
        let place = try takeover.place(of: fact)
        if place.isNoted { try DeviceFacts.insert(id, memory: place.memory, in: connection) }
    }

    /// Settles the heads of every memory that got a version.
    func settle() throws {
        try DeviceRegisters.note(heard: heard, in: connection)
        for memory in Set(touched.values.joined()).sorted() {
            try context.settleHeads(of: memory)
            if versioned.contains(memory) { try context.sealIfPolicySays(memory, with: keys) }
        }
    }

    private func isOfAnotherDevice(_ fact: VersionFact) -> Bool {
        let node = fact.version.node
        return node != context.transaction.state.node && node != Version.mergeNode
            && !node.utf8.starts(with: Version.policyNodePrefix.utf8)
    }

    /// Leaves an audit row for each user whose memories were changed.
    func audit() throws {
        let system = try context.directory.agent(AgentProfile.system.id).key
        for (user, memories) in touched.sorted(by: { $0.key < $1.key }) {
            let entry = AuditEntry(
                action: .exchange,
                agent: system,
                user: user,
                memories: memories.sorted(),
                detail: ["change": "taken over"]
            )
            try AuditTrail.append(entry, at: context.now, to: context.transaction)
        }
    }
}

extension Alert {
    fileprivate static var clockOfAnotherDevice: Alert {
        Alert(
            .clockDisagreement,
            severity: .warning,
            cause: "clock of another device",
            message: """
                Another device is dated more than \(ClockBound.maximumLead.components.seconds / 60) minutes ahead of this one. What it \
                says waits until this clock has come near; an erasure of a user counts as of now. Set the clock that is wrong: \
                `hearth devices list` names the devices.
                """
        )
    }
}

extension MemoryError {
    static var noSpace: MemoryError {
        .invalidArgument("This file exchanges with no other device. Join a space first: `hearth devices join`.")
    }
}
