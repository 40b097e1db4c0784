internal import Crypto

/// A row as a device gives it to a hub.
package struct HubEntry: Hashable, Sendable {
    /// HMAC-SHA-256 of the record's id under a key of the space, 32 bytes.
    package var id: [UInt8]
    package var kind: HubRow.Kind
    /// What it says, sealed.
    package var ciphertext: [UInt8]

    package init(id: [UInt8], kind: HubRow.Kind, ciphertext: [UInt8]) {
        self.id = id
        self.kind = kind
        self.ciphertext = ciphertext
    }
}

/// A row as a hub keeps it.
package struct HubRow: Hashable, Sendable {
    /// What a row holds. A build may meet kinds that it doesn't know.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        package var rawValue: Int32

        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// A fact.
        package static let record = Kind(rawValue: 1)
        /// A fact that asks for others to be emptied.
        package static let erasure = Kind(rawValue: 2)
        /// Who belongs to the space, and with which keys.
        package static let membership = Kind(rawValue: 3)
    }

    /// Its place in the space, from 1 on.
    package var seq: Int64
    package var id: [UInt8]
    package var kind: Kind
    /// What it says, sealed; empty once it is erased.
    package var ciphertext: [UInt8]

    package init(seq: Int64, id: [UInt8], kind: Kind, ciphertext: [UInt8]) {
        self.seq = seq
        self.id = id
        self.kind = kind
        self.ciphertext = ciphertext
    }
}

/// What a hub has in a range of numbers.
package struct HubFingerprint: Hashable, Sendable {
    /// How many rows.
    package var count: Int64
    /// SHA-256 of number, id and kind of each row, one behind the other: 8, 32 and 4 bytes, big-endian.
    package var digest: [UInt8]

    package init(count: Int64, digest: [UInt8]) {
        self.count = count
        self.digest = digest
    }
}

extension HubFingerprint {
    /// The fingerprint of some rows in their order.
    init(of rows: some Sequence<(seq: Int64, id: [UInt8], kind: HubRow.Kind)>) {
        var hash = SHA256()
        count = 0
        for row in rows {
            count += 1
            withUnsafeBytes(of: row.seq.bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: row.id)
            withUnsafeBytes(of: row.kind.rawValue.bigEndian) { hash.update(bufferPointer: $0) }
        }
        digest = Array(hash.finalize())
    }
}
