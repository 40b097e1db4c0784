package import FoundationEssentials
package import HearthModel

/// What a person should know of the exchange with other devices, and when.
package enum ExchangeHealth {
    /// A hub that is not reached for a shorter time may be a device without a network: an hour.
    package static let longestOutage = Duration.seconds(3_600)
    /// A failure that is longer ago belongs to a process that has ended: one that goes on tries again after five minutes.
    package static let latestFailure = Duration.seconds(3_600)
    /// Changes that wait longer to be sent are reported: a day.
    package static let longestWait = Duration.seconds(86_400)
    /// Without changes that wait, a device that has not asked the hub for longer is reported: a week.
    package static let longestSilence = Duration.seconds(7 * 86_400)
    /// What a row was made from comes within an exchange or two; a row that waits for longer is reported: an hour.
    package static let longestIncompleteness = Duration.seconds(3_600)
    /// How many failures in a row an administrator is told of, as of background sync.
    package static let persistentFailures = 5

    /// Whether an error of that code does not go away by itself.
    package static func isPersistent(_ code: String) -> Bool {
        [
            MemoryError.Code.deviceRemoved, .accessDenied, .keyUnavailable, .invalidArgument, .schemaTooNew,
            .storeCorrupt,
        ]
        .contains { $0.rawValue == code }
    }

    /// What to do about an error of an exchange.
    package static func remedy(for code: String) -> String {
        switch MemoryError.Code(rawValue: code) {
        case .deviceRemoved: "To join again, delete the .device file beside the store and take a new invitation."
        case .keyUnavailable: "Mend the .device file beside the store, or join again under another name."
        case .schemaTooNew: "A newer release has made the hub: use that release."
        case .storeBusy: "Another process keeps the file busy: find it and end it."
        case .storeFull: "Make room where the file is."
        default: "`hearth hub status` says how this device reaches the hub, and `hearth hub sync` tries at once."
        }
    }

    /// The reasons of a health report.
    ///
    /// - Parameter incompleteSince: When the oldest row came that waits for what it was made from; nil: none does.
    package static func reasons(
        of status: HubSyncStatus,
        incompleteSince: Date?,
        at now: Date
    ) -> [String] {
        var reasons: [String] = []
        func add(_ count: Int, _ reason: @autoclosure () -> String) { if count > 0 { reasons.append(reason()) } }
        if let reason = failure(status, at: now) ?? silence(status, at: now) { reasons.append(reason) }
        if let incompleteSince, has(passed: longestIncompleteness, since: incompleteSince, at: now) {
            reasons.append(
                "\(rows(status.incomplete)) of other devices \(waits(status.incomplete)) for others that have not come for an hour. Let the devices that made them run `hearth hub sync`."
            )
        }
        add(
            status.keyless,
            "\(rows(status.keyless)) of other devices \(waits(status.keyless)) for the keys of sensitive memories. Until then a memory that has become sensitive elsewhere stays plain here and gets no edits of the other devices. Give this program the key: see `hearth keys status`."
        )
        add(
            status.damaged,
            "\(rows(status.damaged)) of other devices \(waits(status.damaged)), because a memory is damaged here. See `hearth verify`."
        )
        add(
            status.keptBack,
            "\(changes(status.keptBack)) can't be sent to the other devices, because a key can't be had or a memory is damaged. See `hearth keys status` and `hearth verify`."
        )
        add(
            status.future,
            "\(rows(status.future)) of a device whose clock is far ahead \(waits(status.future)) until this one has come near. Set the clock that is wrong."
        )
        add(
            status.opaque,
            "\(rows(status.opaque)) of other devices can't be read here. Upgrade this program; if it is the newest, let another device run `hearth hub sync`, which gives keys."
        )
        add(
            status.withheld,
            "the hub keeps back \(rows(status.withheld)), though it has later ones. See `hearth hub status`, and whoever runs the hub."
        )
        add(
            status.emptied,
            "\(rows(status.emptied)) of the hub \(status.emptied == 1 ? "is" : "are") empty, and no device erased \(status.emptied == 1 ? "it" : "them"). See `hearth hub status`, and whoever runs the hub."
        )
        add(
            status.disagreeing,
            "the hub has shown other rows to \(status.disagreeing) of the other devices than to this one. See `hearth hub status`, and whoever runs the hub."
        )
        return reasons.map { "devices: \($0)" }
    }

    private static func failure(_ status: HubSyncStatus, at now: Date) -> String? {
        guard let since = status.failingSince, let last = status.lastFailureAt, let code = status.lastErrorCode,
            isPersistent(code)
                || has(passed: longestOutage, since: since, at: now)
                    && !has(passed: latestFailure, since: last, at: now)
        else { return nil }
        return
            "the exchange with the hub has failed since \(since.formatted(.iso8601)) (\(code)). \(remedy(for: code))"
    }

    private static func silence(_ status: HubSyncStatus, at now: Date) -> String? {
        let last = status.lastSuccessAt ?? status.joinedAt
        let days = Int(now.timeIntervalSince(last) / 86_400)
        if status.outgoing > 0, has(passed: longestWait, since: last, at: now) {
            return
                "changes have waited for \(days) \(days == 1 ? "day" : "days") to be sent to the other devices. Run `hearth hub sync`, or let it go on with --watch."
        }
        guard has(passed: longestSilence, since: last, at: now) else { return nil }
        return
            "the hub was not asked for \(days) days, so what other devices did is missing here. Run `hearth hub sync`, or let it go on with --watch."
    }

    private static func has(passed duration: Duration, since start: Date, at now: Date) -> Bool {
        now.timeIntervalSince(start) > duration / .seconds(1)
    }

    private static func rows(_ count: Int) -> String { "\(count) \(count == 1 ? "row" : "rows")" }
    private static func changes(_ count: Int) -> String { "\(count) \(count == 1 ? "change" : "changes")" }
    private static func waits(_ count: Int) -> String { count == 1 ? "waits" : "wait" }
}

/// Something about the exchange that an administrator is told of, once for each cause.
package struct ExchangeTrouble: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case failing, withheld, emptied, opaque, disagreeing, refused
        case wentBack = "went back"
    }

    package var kind: Kind
    /// How much it is: a greater number is news.
    package var amount: Int
    package var isCritical: Bool
    package var message: String

    /// What it is raised because of; it names no memory and no user.
    package var cause: String { "devices \(kind.rawValue)" }

    /// What is to be told.
    ///
    /// - Parameter opaque: How many rows this release can't read.
    package static func found(in notes: ExchangeNotes, opaque: Int) -> [ExchangeTrouble] {
        var found: [ExchangeTrouble] = []
        func add(_ kind: Kind, _ amount: Int, isCritical: Bool = false, _ message: String) {
            guard amount > 0 else { return }
            found.append(ExchangeTrouble(kind: kind, amount: amount, isCritical: isCritical, message: message))
        }
        if let code = notes.code,
            notes.failures >= ExchangeHealth.persistentFailures || ExchangeHealth.isPersistent(code)
        {
            let times = notes.failures == 1 ? "" : ", \(notes.failures) times in a row"
            add(
                .failing,
                notes.failures,
                "The exchange with other devices failed\(times) (\(code)). \(ExchangeHealth.remedy(for: code))"
            )
        }
        add(
            .withheld,
            notes.withheldCount,
            isCritical: true,
            "The hub keeps back rows that it has, \(notes.withheldCount) by their numbers. What is in them is missing here. Look at `hearth hub status`, and ask whoever runs the hub."
        )
        add(
            .emptied,
            notes.emptied,
            isCritical: true,
            "Rows of the hub, \(notes.emptied) of them, are empty, and no device erased them. New devices won't get what they said. Ask whoever runs the hub; a restored backup of it is filled up by the devices."
        )
        add(
            .disagreeing,
            notes.disagreeing.count,
            isCritical: true,
            "The hub has shown other rows to some devices than to this one, \(notes.disagreeing.count) of them. What is missing here, or there, is not known. Look at `hearth hub status`, and ask whoever runs the hub."
        )
        add(
            .opaque,
            opaque,
            "Rows of other devices, \(opaque) of them, can't be read by this release, or lack their key. They are kept, and taken over after an upgrade, or once another device has given the key."
        )
        add(
            .refused,
            notes.refused.count,
            "Rows of the hub, \(notes.refused.count) of them, are not used: no device of the space has signed them, they are damaged, or they don't fit what is known of their memory. The log names each with the reason. If no device was removed while it exchanged, ask whoever runs the hub."
        )
        add(
            .wentBack,
            notes.restarts,
            "The hub went back to an earlier state, as after the restoring of a backup. Everything was exchanged anew, and what the devices have is there again. If nobody restored a backup, ask whoever runs the hub."
        )
        return found
    }
}
