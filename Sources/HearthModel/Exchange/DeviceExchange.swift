/// A record that came from the hub.
package struct ReceivedRecord: Sendable {
    /// Where it stands in the space.
    package var position: Int64
    /// The row as it came, to be kept if the record can't be taken over yet.
    package var sealed: [UInt8]
    /// What it says; nil if it does not open: of a later release, or of an epoch whose key is not here.
    package var record: ExchangeRecord?

    /// Assembles a record.
    package init(position: Int64, sealed: [UInt8], record: ExchangeRecord?) {
        self.position = position
        self.sealed = sealed
        self.record = record
    }
}

/// A row of the hub that can't be taken over yet.
package struct HeldRow: Sendable {
    /// Why it waits.
    package enum Reason: String, Sendable {
        /// What it was made from, or whom it names, has not come yet.
        case incomplete
        /// It is of a sensitive memory, and the keys of its user can't be had.
        case keyless
        /// It is about a memory that is damaged in this file.
        case damaged
        /// Its clock is far ahead of this device's.
        case future
        /// This release does not know its form, or has no key for it.
        case opaque
    }

    package var position: Int64
    package var sealed: [UInt8]
    package var reason: Reason
    package var heldAt: Timestamp

    package init(position: Int64, sealed: [UInt8], reason: Reason, heldAt: Timestamp) {
        self.position = position
        self.sealed = sealed
        self.reason = reason
        self.heldAt = heldAt
    }
}

/// What became of received records.
package struct TakeoverReport: Hashable, Sendable {
    /// Records that changed something here.
    package var applied = 0
    /// Records that said nothing new.
    package var known = 0
    /// Records that wait.
    package var held = 0
    /// How many of them wait because their clock is far ahead.
    package var future = 0
    /// Erasures of users that were dated far ahead, and count as of now instead.
    package var datedAnew = 0
    /// Why records were passed over that can't be what their device meant, by the row.
    package var refusals: [Int64: String] = [:]

    package init() {}
}

/// Records to be sent, and the notes of this file that they answer.
package struct OutgoingRecords: Sendable {
    /// A record, and the memory that it is about.
    package struct Item: Sendable {
        package var record: ExchangeRecord
        package var memory: Int64?
        /// Whether the record's id tells who guesses what the memory says that the guess is right. Then it is not noted of a
        /// sensitive memory.
        package var isGuessable: Bool
        /// The name and time of what the latest change replaces.
        package var register: (name: String, time: HybridTime)?

        package init(
            record: ExchangeRecord,
            memory: Int64? = nil,
            isGuessable: Bool = false,
            register: (name: String, time: HybridTime)? = nil
        ) {
            (self.record, self.memory, self.isGuessable, self.register) = (record, memory, isGuessable, register)
        }
    }

    package var items: [Item] = []
    /// The notes that are done once the records are on the hub.
    package var entries: [Int64] = []
    /// The last note that was looked at.
    package var last: Int64 = 0
    /// Notes that stay: of sensitive memories whose keys can't be had, and of memories that are damaged.
    package var keptBack = 0

    package init() {}

    package var records: [ExchangeRecord] { items.map(\.record) }
}

/// How a file stands with its space.
package struct DeviceSpace: Hashable, Sendable {
    package var space: String
    /// The last row of the hub that was taken over or is held.
    package var cursor: Int64
    /// Notes that wait to be sent.
    package var outgoing: Int
    /// Rows that wait for what they were made from.
    package var incomplete: Int
    /// Rows that wait for keys, and rows about memories that are damaged here.
    package var blocked: Int
    /// Rows whose clock is far ahead.
    package var future: Int
    /// Rows that this release can't read.
    package var opaque: Int
    /// How conflicts are settled where neither a call nor a profile says. It is the space's, and the same on every device.
    package var resolution: ConflictResolution

    package init(
        space: String,
        cursor: Int64,
        outgoing: Int,
        incomplete: Int,
        blocked: Int,
        future: Int,
        opaque: Int,
        resolution: ConflictResolution
    ) {
        self.space = space
        self.cursor = cursor
        self.outgoing = outgoing
        self.incomplete = incomplete
        self.blocked = blocked
        self.future = future
        self.opaque = opaque
        self.resolution = resolution
    }
}
