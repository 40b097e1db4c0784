internal import HearthModel

extension Space {
    /// Of so many blocks, beside the last one, each fetch compares what the hub has with what it showed.
    private static let sampledBlocks = 4
    /// So many rows that were read, and are not remembered, are read again to remember them; of more only those of the
    /// last block.
    private static let mostRemembered = 4 * SpaceLedger.blockSize

    /// Fetches, opens and checks the rows behind a number.
    ///
    /// First it compares a little of what the hub has with what it showed before. A hub that went back, and that others have
    /// filled up beyond the number meanwhile, gives a page without rows that says so.
    ///
    /// Rows come in the order of their numbers, whatever order the hub gives them in, and each once. What can't be read or
    /// isn't to be used is among them, so that nothing is passed over in silence. Fetching the same again is no error.
    ///
    /// - Parameter limit: How many rows at most, from 1 on.
    /// - Throws: `.deviceRemoved`; `.hubUnavailable`.
    package func fetch(after cursor: Int64, limit: Int) async throws -> ReceivedPage {
        try reloadState()
        try requireMember()
        let fetched = try await hub.fetch(in: state.space, after: cursor, limit: max(1, limit), kind: nil)
        var page = ReceivedPage(cursor: cursor, end: max(fetched.end, 0))
        // Behind the fetch: a hub that goes back after this has given the rows of before.
        if fetched.end < cursor { page.wentBack = true } else { page.wentBack = try await hasOtherRows() }
        guard !page.wentBack else { return page }
        try await remember(upTo: cursor)
        let rows = Self.inOrder(fetched.rows, after: cursor)
        page.wentBack = changeLedger { ledger in rows.reduce(false) { ledger.note($1) == .differs || $0 } }
        for row in rows {
            if row.seq > page.cursor + 1 { page.withheld.append(page.cursor + 1...row.seq - 1) }
            page.cursor = row.seq
            page.end = max(page.end, row.seq)
            guard let received = try open(row, noting: &page) else { continue }
            page.records.append(received)
        }
        explain(page.explained)
        return page
    }

    /// Whether the hub has fewer rows than a number says, or others than it showed, as far as a few ranges tell.
    package func hasGoneBack(behind cursor: Int64) async throws -> Bool {
        try reloadState()
        try requireMember()
        guard try await hub.end(of: state.space) >= cursor else { return true }
        return try await hasOtherRows()
    }

    /// Whether the hub has other rows than it showed, as far as a few ranges tell.
    private func hasOtherRows() async throws -> Bool {
        reloadLedger()
        var generator = SystemRandomNumberGenerator()
        let samples = ledger.samples(Self.sampledBlocks, using: &generator)
        guard !samples.isEmpty else { return false }
        let answers = try await hub.fingerprints(in: state.space, of: samples.map(\.range))
        return answers.map(\.digest) != samples.map(\.digest)
    }

    /// Remembers rows that were read, where that was lost, or another process did not come to keep it.
    private func remember(upTo cursor: Int64) async throws {
        guard ledger.end < cursor else { return }
        reloadLedger()
        if cursor - ledger.end > Self.mostRemembered { changeLedger { $0.start(behind: cursor) } }
        while ledger.end < cursor {
            let end = ledger.end
            let page = try await hub.fetch(in: state.space, after: end, limit: Int(cursor - end), kind: nil)
            let rows = Self.inOrder(page.rows, after: end).filter { $0.seq <= cursor }
            changeLedger { ledger in for row in rows { ledger.note(row, wasReadBefore: true) } }
            guard ledger.end > end else { return }
        }
    }

    private func explain(_ ids: [[UInt8]]) {
        guard !ids.isEmpty else { return }
        changeLedger { $0.explain(ids) }
    }

    /// Waits until there are rows behind a number.
    ///
    /// - Returns: Whether there are; false when the time was up.
    @discardableResult
    package nonisolated func waitForNews(after cursor: Int64, timeout: Duration) async throws -> Bool {
        try await hub.waitForNews(in: id, after: cursor, timeout: timeout)
    }

    /// Opens and checks a row that was opaque, once more.
    ///
    /// - Returns: What it is now; nil if it was one on the membership, which the space has taken over.
    package func open(_ row: HubRow) throws -> Received? {
        var page = ReceivedPage(cursor: row.seq, end: row.seq)
        defer { explain(page.explained) }
        return try open(row, noting: &page)
    }

    /// The row of an id, as the hub has it now; nil if it has none.
    func row(of id: [UInt8]) async throws -> HubRow? { try await hub.rows(of: [id], in: state.space).first }

    private static func inOrder(_ rows: [HubRow], after cursor: Int64) -> [HubRow] {
        var last = cursor
        return rows.sorted { $0.seq < $1.seq }
            .filter { row in
                guard row.seq > last else { return false }
                last = row.seq
                return true
            }
    }

    private func open(_ row: HubRow, noting page: inout ReceivedPage) throws -> Received? {
        func received(_ content: Received.Content, by device: DeviceID? = nil) -> Received {
            Received(row, device: device, content: content)
        }
        guard [.record, .erasure, .membership].contains(row.kind) else {
            return received(.opaque(row, .unknownKind(row.kind)))
        }
        if row.ciphertext.isEmpty { return received(.erased(row.id)) }
        switch keys.open(row) {
        case .unknownFormat: return received(.opaque(row, .unknownFormat))
        case .unknownEpoch(let epoch): return received(.opaque(row, .unknownEpoch(epoch)))
        case .notAuthentic: return received(.refused(.notAuthentic))
        case .opened(let text):
            return row.kind == .membership
                ? try openEvent(text, of: row) : openRecord(text, of: row, noting: &page)
        }
    }

    private func openRecord(_ text: [UInt8], of row: HubRow, noting page: inout ReceivedPage) -> Received {
        let signed: SignedRecord
        do {
            signed = try SignedRecord(text)
        } catch {
            let content: Received.Content =
                error is SignedRecord.UnknownFormat ? .opaque(row, .unknownFormat) : .refused(.malformed)
            return Received(row, device: nil, content: content)
        }
        func received(_ content: Received.Content) -> Received {
            Received(row, device: signed.signer, content: content)
        }
        let id = keys.hubID(of: signed.record.id, attempt: signed.attempt)
        guard row.id == id else { return received(.refused(.wrongID)) }
        guard signed.record.erases.isEmpty == (row.kind == .record) else { return received(.refused(.malformed)) }
        if let refusal = refusal(of: signed.signer, at: row.seq) { return received(.refused(refusal)) }
        guard let device = membership.members[signed.signer]?.device,
            signed.isSigned(by: device.signingKey, in: state.space)
        else { return received(.refused(.wrongSignature)) }
        switch agrees(with: signed.seen) {
        case true?:
            page.agreeing.insert(signed.signer)
            page.disagreeing.remove(signed.signer)
        case false?:
            page.disagreeing.insert(signed.signer)
            page.agreeing.remove(signed.signer)
        case nil: break
        }
        page.explained += signed.record.erases.flatMap(keys.hubIDs)
        return received(.record(signed.record))
    }

    /// Why a device's rows at a place are not used; nil: they are.
    private func refusal(of device: DeviceID, at seq: Int64) -> Received.Refusal? {
        guard let member = membership.members[device] else { return .unknownDevice }
        guard member.isRemoved else { return nil }
        guard let removal = placeOfRemoval(device), seq < removal else { return .removedDevice }
        return nil
    }

    private func agrees(with seen: SeenRows) -> Bool? {
        if let lastJudged, lastJudged.seen == seen { return lastJudged.agrees }
        guard let agrees = ledger.agrees(with: seen) else { return nil }
        lastJudged = (seen, agrees)
        return agrees
    }
}

// MARK: - The membership

extension Space {
    /// Takes an event over, if a device vouches for it that belongs to the space.
    private func openEvent(_ text: [UInt8], of row: HubRow) throws -> Received? {
        let event: MembershipEvent
        do {
            event = try MembershipEvent(text)
        } catch {
            let content: Received.Content =
                error is MembershipEvent.Unknown ? .opaque(row, .unknownFormat) : .refused(.malformed)
            return Received(row, device: nil, content: content)
        }
        if let refusal = refusal(of: event, at: row) {
            return Received(row, device: event.author, content: .refused(refusal))
        }
        let known = state.events.first { $0.bytes == event.bytes }
        if known?.seq != row.seq { try learn([DeviceState.SeenEvent(seq: row.seq, bytes: event.bytes)]) }
        return nil
    }

    private func refusal(of event: MembershipEvent, at row: HubRow) -> Received.Refusal? {
        guard row.id == keys.hubID(of: event.id) else { return .wrongID }
        switch event.deed {
        case .founding, .joining: break
        case .invitation, .removal, .epoch:
            if let refusal = refusal(of: event.author, at: row.seq) { return refusal }
        }
        return membership.vouches(for: event) ? nil : .wrongSignature
    }

    /// Reads all that the hub has on the membership, and takes it over: for commands, which don't read the rest.
    package func catchUpOnMembership() async throws {
        membershipCursor = 0
        try await readNewMembership()
    }

    /// Reads what is new on the membership since this process last did.
    func readNewMembership() async throws {
        var cursor = membershipCursor
        while true {
            let page = try await hub.fetch(in: state.space, after: cursor, limit: 1_000, kind: .membership)
            let rows = Self.inOrder(page.rows, after: cursor)
            for row in rows { _ = try open(row) }
            guard let last = rows.last else { break }
            cursor = last.seq
        }
        membershipCursor = cursor
    }

    /// Gives keys to devices that lack them: to one that joined while an epoch began, say. Any device may do it, and
    /// several may at once.
    ///
    /// - Returns: Whether there was anything to do.
    @discardableResult
    package func tend() async throws -> Bool {
        try requireMember()
        var deeds: [MembershipEvent.Deed] = []
        for epoch in keys.held.sorted() {
            guard let key = keys.key(of: epoch) else { continue }
            let wrapped = try membership.lacking(epoch)
                .map { device in
                    MembershipEvent.WrappedKey(
                        device: device.id,
                        wrapped: try EpochKeys.wrap(key, of: epoch, for: device, in: state.space)
                    )
                }
            if !wrapped.isEmpty { deeds.append(.epoch(epoch, keys: wrapped)) }
        }
        if membership.sealingEpoch(amongHeld: keys.held) == nil { deeds.append(try newEpoch(without: [])) }
        guard !deeds.isEmpty else { return false }
        try await append(deeds)
        return true
    }
}
