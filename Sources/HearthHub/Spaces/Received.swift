package import HearthModel

/// A row that was fetched, checked and, where that was possible, opened.
package struct Received: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// A fact, signed by a device that belonged to the space.
        case record(ExchangeRecord)
        /// A row that was emptied. Its id is the one on the hub: ``Space/hubID(of:)`` of the record's.
        case erased([UInt8])
        /// A row that this build, or this device as yet, can't read. Keep it and give it to ``Space/open(_:)`` again:
        /// after an upgrade, or after the device was given the key.
        case opaque(HubRow, Opacity)
        /// A row that is not to be used, ever.
        case refused(Refusal)
    }

    /// Why a row can't be read yet.
    package enum Opacity: Hashable, Sendable {
        /// A kind that this build doesn't know.
        case unknownKind(HubRow.Kind)
        /// A format that this build doesn't know.
        case unknownFormat
        /// This device has not been given the key of that epoch.
        case unknownEpoch(EpochID)
    }

    /// Why a row is not used.
    package enum Refusal: String, Hashable, Sendable, Codable {
        /// It was changed, moved from another row, or never sealed with the key.
        case notAuthentic
        /// It opens, and says nothing that any build writes.
        case malformed
        /// It says that it is another record than the hub calls it.
        case wrongID
        /// No such device has ever joined.
        case unknownDevice
        /// The device that it names did not sign it.
        case wrongSignature
        /// The device was removed before the row came.
        case removedDevice
    }

    /// The row's number.
    package var seq: Int64
    /// The device that signed it, as far as that could be read.
    package var device: DeviceID?
    package var content: Content
    /// The row as it came, which is how it is kept while it has to wait.
    package var row: HubRow

    package init(_ row: HubRow, device: DeviceID?, content: Content) {
        self.seq = row.seq
        self.device = device
        self.content = content
        self.row = row
    }
}

/// What a fetch gave.
package struct ReceivedPage: Sendable {
    /// In the order of their numbers. Rows on the membership are not among them: the space has taken them over itself.
    package var records: [Received] = []
    /// Where to go on: the number of the last row that was looked at.
    package var cursor: Int64
    /// The number of the hub's last row.
    package var end: Int64
    /// Numbers behind the cursor given whose rows the hub didn't show, though it showed later ones.
    package var withheld: [ClosedRange<Int64>] = []
    /// Devices whose last signed word on what they had seen differs from what this device has seen: the hub showed them
    /// other rows, or went back in between. ``Space/audit()`` tells which rows.
    package var disagreeing: Set<DeviceID> = []
    /// Devices whose last word agrees.
    package var agreeing: Set<DeviceID> = []
    /// Rows that the page's erasures ask to be emptied, by their ids on the hub.
    var explained: [[UInt8]] = []
    /// The hub has fewer rows than the cursor says, or others at some places than it had: it went back to an earlier
    /// state. Look with ``Space/audit()``, and go on with ``Space/rewind(to:)``.
    package var wentBack = false
}

/// What came of publishing.
package struct PublishedRecords: Hashable, Sendable {
    /// How many of the records were new on the hub; the others were there already.
    package var added = 0
    /// The number of the hub's last row.
    package var end: Int64 = 0
}

/// How what a hub shows compares with what it showed before.
package struct HubAudit: Sendable {
    /// The number of the hub's last row, and of the last one that this device has seen.
    package var end: Int64
    package var seen: Int64
    /// Up to this number hub and device agree: what a rewind goes back to.
    package var agreed: Int64
    /// Ranges of numbers in which the hub has other rows than it showed.
    package var differing: [ClosedRange<Int64>] = []
    /// Rows that were emptied, by their ids on the hub, for which no signed erasure has come.
    package var unexplained: [[UInt8]] = []

    /// Whether the hub has lost what it had.
    package var wentBack: Bool { end < seen || !differing.isEmpty }
    /// Whether there is nothing to say.
    package var isClean: Bool { !wentBack && unexplained.isEmpty }
}
