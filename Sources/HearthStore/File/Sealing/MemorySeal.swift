import HearthModel
import HearthSQLite

/// Seals and opens what belongs to one sensitive memory.
struct MemorySeal: Sendable {
    /// Which payload of the memory something is. It is authenticated with the payload, so that none opens in the place
    /// of another.
    enum Place {
        /// The fields of the published head.
        case head(version: [UInt8])
        /// A version that is not the published head, with the form of its text.
        case version([UInt8], form: String, base: [UInt8]?)
        /// An agent's draft, made from a version.
        case draft(agent: Int64, base: [UInt8])
    }

    private static let domain = "hearth.sealed.1"

    let id: MemoryID
    let keys: UserKeys

    var digestKey: DigestKey { keys.digestKey }

    /// Seals with the newest data key.
    func seal(_ payload: SealedPayload, as place: Place) throws -> [UInt8] {
        try Seal.seal(payload.encoded, with: keys.newest, associated: associatedData(place))
    }

    /// - Throws: `.decryptionFailed`; ``KeysNeeded``.
    func open(_ sealed: [UInt8]?, as place: Place) throws -> SealedPayload {
        let opened = try Seal.open(
            sealed ?? [],
            with: keys,
            associated: associatedData(place),
            what: "A sealed part of memory \(id)"
        )
        guard let payload = SealedPayload(encoded: opened) else {
            throw MemoryError.corrupt("A sealed part of memory \(id) does not read.")
        }
        return payload
    }

    private func associatedData(_ place: Place) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(Self.domain)
        encoder.append(id.rawValue)
        switch place {
        case .head(let version):
            encoder.append("head")
            encoder.append(contentsOf: version)
        case .version(let version, let form, let base):
            encoder.append("version")
            encoder.append(contentsOf: version)
            encoder.append(form)
            encoder.append(Int64(base?.count ?? 0))
            encoder.append(contentsOf: base ?? [])
        case .draft(let agent, let base):
            encoder.append("draft")
            encoder.append(agent)
            encoder.append(contentsOf: base)
        }
        return encoder.bytes
    }
}

/// Opens what is derived from texts and can be made anew: nil where it does not open, or its key is not in the file.
///
/// - Throws: ``KeysNeeded`` for a key that the file has.
func openingDerived<R>(user: Int64, in connection: Connection, _ open: () throws -> R) throws -> R? {
    do {
        return try open()
    } catch let error as MemoryError where error.isDamage {
        return nil
    } catch let need as KeysNeeded {
        guard let number = need.number, try !KeyTable.has(number, ofUser: user, in: connection) else { throw need }
        return nil
    }
}

extension Snapshot {
    /// The keys of a user.
    ///
    /// - Throws: ``KeysNeeded`` if they are not in memory.
    func keys(ofUser user: Int64) throws -> UserKeys {
        guard let keys = keyring.loaded(user) else { throw KeysNeeded(user: user) }
        return keys
    }

    /// What opens a memory; nil for a plain one.
    func seal(of id: MemoryID, user: Int64, isSensitive: Bool) throws -> MemorySeal? {
        isSensitive ? MemorySeal(id: id, keys: try keys(ofUser: user)) : nil
    }
}
