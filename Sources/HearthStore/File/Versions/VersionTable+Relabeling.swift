import HearthModel
import HearthSQLite

extension VersionTable {
    /// Gives a version another id, and seals or opens what its row holds. The form of its text stays.
    ///
    /// - Parameters:
    ///   - old: The id that it has.
    ///   - version: The version under its new id.
    ///   - memory: The memory's key.
    ///   - former: What opens the row; nil if it is plain.
    ///   - seal: What is to seal it; nil if it is to be plain.
    ///   - newBase: The new id of the version that its text is kept as a difference from.
    static func relabel(
        _ old: VersionID,
        to version: Version,
        memory: Int64,
        from former: MemorySeal?,
        sealedBy seal: MemorySeal?,
        newBase: (VersionID) -> VersionID,
        in connection: Connection
    ) throws {
        let row = try connection.first(
            "SELECT content_form, content_base, content, sealed FROM versions WHERE memory_key = ?1 AND version_id = ?2",
            memory,
            old.bytes,
            as: {
                (
                    form: $0.string(0), base: $0.optionalBytes(1), content: $0.optionalBytes(2),
                    sealed: $0.optionalBytes(3)
                )
            }
        )
        // Of a memory that has only its first version, the memory says everything.
        guard let row else { return }
        var content = row.content
        if let former, row.form != "head" {
            content = try former.open(row.sealed, as: .version(old.bytes ?? [], form: row.form, base: row.base)).text
        }
        let base = row.base.map { newBase(VersionID(bytes: $0)).bytes ?? [] }
        let fields = version.fields
        var sealed: [UInt8]?
        if let seal, row.form != "head" {
            sealed = try seal.seal(
                SealedPayload(text: content, of: fields),
                as: .version(version.id.bytes ?? [], form: row.form, base: base)
            )
            content = nil
        }
        try connection.run(
            """
            UPDATE versions SET version_id = ?3, parents = ?4, content_base = ?5, content = ?6, sealed = ?7, tags = ?8, metadata = ?9,
                provenance = ?10
            WHERE memory_key = ?1 AND version_id = ?2
            """,
            memory,
            old.bytes,
            version.id.bytes,
            version.parents.flatMap { $0.bytes ?? [] },
            base,
            content,
            sealed,
            FieldText.array(seal == nil ? fields.tags : []),
            FieldText.object(seal == nil ? fields.metadata : [:]),
            StoredProvenance.column(fields.provenance, isSealed: seal != nil)
        )
    }
}
