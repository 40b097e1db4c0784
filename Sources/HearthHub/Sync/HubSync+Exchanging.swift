import HearthMemory
import HearthModel
import Logging

extension HubSync {
    /// How many records go in one question to the hub, and in one transaction of the store.
    static let batch = 500
    /// So often rows that wait are looked at though nothing has come: a clock may have come near, or a key may be there.
    private static let lookAtHeld = Duration.seconds(60)
    /// So many bytes of rows that can't be read yet are kept in the file. Of what is beyond, the rest stays on the hub until
    /// it can be read: else one device could fill the files of all.
    static let mostOpaqueBytes = 16 << 20
    /// So many ranges of rows that the hub keeps back are told apart.
    private static let mostRanges = 1_000
    /// How many rows that are never used are counted; they are told apart by their numbers.
    private static let mostRefused = 10_000

    func push(into report: inout HubSyncReport) async throws {
        // A hub that went back has lost what was noted as sent.
        if try await space.hasGoneBack(behind: coordinator.deviceCursor()) { try await restart(in: &report) }
        // What was kept back because a key could not be had is tried again.
        var position = firstKeptBack ?? lastNote
        var stillKeptBack: Int64?
        var count = 0
        while true {
            try Task.checkCancellation()
            let outgoing = try await coordinator.outgoingRecords(after: position, atMost: sending)
            guard outgoing.last > position else {
                firstKeptBack = stillKeptBack
                keptBack = count
                return
            }
            count += outgoing.keptBack
            if outgoing.keptBack > 0, stillKeptBack == nil {
                stillKeptBack = position
                firstKeptBack = firstKeptBack ?? position
            }
            if !outgoing.records.isEmpty { try await publish(outgoing.records) }
            try await coordinator.markSent(outgoing)
            position = outgoing.last
            lastNote = max(lastNote, position)
            report.sent += outgoing.records.count
        }
    }

    /// Publishes records, and sends fewer at once after a hub that did not answer in time, so that what came through is noted.
    private func publish(_ records: [ExchangeRecord]) async throws {
        do {
            try await space.publish(records)
            sending = min(Self.batch, sending * 2)
        } catch let error as MemoryError where error.isOutOfTime {
            sending = max(1, sending / 2)
            throw error
        }
    }

    /// - Parameter looksAtHeld: Whether all rows that wait are looked at, however short ago that was.
    func pull(into report: inout HubSyncReport, looksAtHeld: Bool) async throws {
        let isLookDue = lastLookAtHeld.map { clock.bootInstant.duration(since: $0) >= Self.lookAtHeld } ?? true
        if looksAtHeld || isLookDue {
            let began = clock.bootInstant
            try await takeOverHeld(afterNews: false, into: &report)
            lastLookAtHeld = began
        }
        var hasNews = false
        try await askForWithheld(into: &report)
        // Signatures take as long to check as rows take to be taken over, so the next page is opened meanwhile.
        var next: (cursor: Int64, page: ReceivedPage)?
        while true {
            try Task.checkCancellation()
            let cursor = try await coordinator.deviceCursor()
            let page: ReceivedPage
            if let next, next.cursor == cursor {
                page = next.page
            } else {
                page = try await space.fetch(after: cursor, limit: Self.batch)
            }
            next = nil
            end = page.end
            if page.wentBack {
                try await restart(in: &report)
                continue
            }
            for range in page.withheld { keepBack(range) }
            let before = disagreeing
            await noteAgreement(in: page)
            if !page.withheld.isEmpty || disagreeing != before {
                try await coordinator.noteHub(withheld: withheld, disagreeing: disagreeing, refused: refused)
            }
            guard page.cursor > cursor else {
                // What has come may be what others wait for.
                if hasNews { try await takeOverHeld(afterNews: true, into: &report) }
                try await coordinator.finishTakeover()
                // Devices that lack a key get it from whoever has it.
                _ = try await space.tend()
                return
            }
            hasNews = true
            async let following = space.fetch(after: page.cursor, limit: Self.batch)
            try await takeOver(page.records, cursor: page.cursor, after: cursor, into: &report)
            next = (page.cursor, try await following)
        }
    }

    /// What the hub kept back it may give now.
    private func askForWithheld(into report: inout HubSyncReport) async throws {
        for range in withheld {
            let page = try await space.fetch(after: range.lowerBound - 1, limit: min(range.count, Self.batch))
            end = page.end
            // A row at a place where there was none: what is remembered of the hub is wrong from there on.
            guard !page.wentBack else { return try await restart(in: &report) }
            let found = page.records.filter { range.contains($0.seq) }
            let last = min(page.cursor, range.upperBound)
            guard last >= range.lowerBound else { continue }
            try await takeOver(found, cursor: nil, into: &report)
            // What is missing still, and what lies behind the page.
            withheld.removeAll { $0 == range }
            for gap in page.withheld where gap.lowerBound <= range.upperBound {
                keepBack(gap.lowerBound...min(gap.upperBound, range.upperBound))
            }
            if last < range.upperBound { keepBack(last + 1...range.upperBound) }
        }
    }

    private func keepBack(_ range: ClosedRange<Int64>) {
        logger.warning("The hub keeps rows back.", metadata: ["rows": "\(range.lowerBound)–\(range.upperBound)"])
        guard withheld.count >= Self.mostRanges, let last = withheld.popLast() else { return withheld.append(range) }
        withheld.append(min(last.lowerBound, range.lowerBound)...max(last.upperBound, range.upperBound))
    }

    /// Notes the devices that say differently what the hub has shown, until they say the same again: as after everything was
    /// exchanged anew.
    private func noteAgreement(in page: ReceivedPage) async {
        disagreeing.subtract(page.agreeing.map(\.description))
        if !disagreeing.isEmpty {
            // A device that was removed says nothing any more.
            disagreeing.formIntersection(await space.members.active.map(\.id.description))
        }
        for device in page.disagreeing where disagreeing.insert(device.description).inserted {
            logger.error(
                "The hub has shown other rows to a device than to this one.",
                metadata: ["device": "\(device)"]
            )
        }
    }

    /// What waited may have got what it waited for, and so again and again, as long as one makes another possible.
    ///
    /// - Parameter afterNews: Whether only those are looked at that wait for rows or for keys of the space.
    private func takeOverHeld(afterNews: Bool, into report: inout HubSyncReport) async throws {
        var applied = -1
        while report.applied > applied {
            applied = report.applied
            try await takeOverHeldOnce(afterNews: afterNews, into: &report)
        }
    }

    private func takeOverHeldOnce(afterNews: Bool, into report: inout HubSyncReport) async throws {
        var position: Int64 = 0
        while true {
            try Task.checkCancellation()
            let held = try await coordinator.heldRows(after: position, atMost: Self.batch, afterNews: afterNews)
            guard let last = held.last else { return }
            position = last.position
            var opened: [ReceivedRecord] = []
            for row in held {
                let record = try await record(of: KeptRow(bytes: row.sealed))
                opened.append(ReceivedRecord(position: row.position, sealed: row.sealed, record: record))
            }
            note(try await coordinator.takeOver(opened, cursor: nil), in: &report)
        }
    }

    private func record(of kept: KeptRow?) async throws -> ExchangeRecord? {
        guard let kept else { return nil }
        switch try await space.open(kept.row)?.content {
        case .record(let record)?: return record
        case .refused? where !kept.isShortened: return Self.nothing
        case .refused?: break
        case .erased?, .opaque?, nil: return nil
        }
        // This build may have what it takes to read the row, of which only the beginning is here.
        guard !opaqueWholly.contains(kept.row.id), let whole = try await space.row(of: kept.row.id) else { return nil }
        switch try await space.open(whole)?.content {
        case .record(let record)?: return record
        case .refused?, .erased?: return Self.nothing
        case .opaque?, nil:
            opaqueWholly.insert(kept.row.id)
            return nil
        }
    }

    /// What is taken over in the place of a row that waited and is not to be used: it is counted, and waits no more.
    private static let nothing = ExchangeRecord(id: [], schema: 1, payload: [], erases: [])

    /// A row that can't be read yet, as it is kept: whole, as long as there are not too many bytes of such rows.
    ///
    /// Who wrote one can't be known, so the bound is one for the space.
    private func kept(opaque row: HubRow) async throws -> KeptRow {
        let present: Int
        if let keptOpaque { present = keptOpaque } else { present = try await bytesOfOpaqueRows() }
        let whole = KeptRow(row)
        keptOpaque = present + row.ciphertext.count
        if present + row.ciphertext.count <= Self.mostOpaqueBytes { return whole }
        keptOpaque = present
        return KeptRow(shortening: row)
    }

    private func bytesOfOpaqueRows() async throws -> Int {
        var (bytes, position): (Int, Int64) = (0, 0)
        while true {
            let held = try await coordinator.heldRows(after: position, atMost: Self.batch, afterNews: false)
            guard let last = held.last else { return bytes }
            position = last.position
            for row in held where row.reason == .opaque { bytes += row.sealed.count }
        }
    }

    /// - Parameter position: The cursor behind which the page was fetched: it is moved on only from there.
    private func takeOver(
        _ page: [Received],
        cursor: Int64?,
        after position: Int64? = nil,
        into report: inout HubSyncReport
    ) async throws {
        var records: [ReceivedRecord] = []
        var refusals: [Int64: String] = [:]
        for received in page {
            switch received.content {
            case .record(let record):
                let kept = KeptRow(received.row)
                records.append(ReceivedRecord(position: received.seq, sealed: kept.bytes, record: record))
            case .opaque:
                let kept = try await kept(opaque: received.row)
                records.append(ReceivedRecord(position: received.seq, sealed: kept.bytes, record: nil))
            case .erased:
                continue
            case .refused(let refusal):
                refusals[received.seq] = refusal.rawValue
            }
        }
        note(refusals, in: &report)
        // Before the cursor passes them, or a kill would lose them.
        if !refusals.isEmpty {
            try await coordinator.noteHub(withheld: withheld, disagreeing: disagreeing, refused: refused)
        }
        note(try await coordinator.takeOver(records, cursor: cursor, after: position), in: &report)
    }

    private func note(_ done: TakeoverReport, in report: inout HubSyncReport) {
        report.applied += done.applied
        report.known += done.known
        note(done.refusals, in: &report)
    }

    private func note(_ refusals: [Int64: String], in report: inout HubSyncReport) {
        report.refused += refusals.count
        for (row, reason) in refusals.sorted(by: { $0.key < $1.key }) {
            logger.warning("A row of the hub is not used.", metadata: ["row": "\(row)", "reason": "\(reason)"])
            if refused.count < Self.mostRefused { refused.insert(row) }
        }
    }

    /// Exchanges everything anew with a hub that went back to an earlier state.
    private func restart(in report: inout HubSyncReport) async throws {
        guard !report.wasRestarted else {
            throw MemoryError(
                code: .hubUnavailable,
                message: "The hub went back to an earlier state again while everything was exchanged anew."
            )
        }
        report.wasRestarted = true
        logger.warning("The hub went back to an earlier state. Everything is exchanged anew.")
        let audit = try await space.audit()
        // First of all the file: after a kill in between the hub is found to differ once more.
        try await coordinator.restartExchange()
        (withheld, disagreeing, refused) = ([], [], [])
        lastNote = 0
        firstKeptBack = nil
        _ = try await space.rewind(to: audit.agreed)
    }
}
