/// The sixth schema of the file: each version says where its text came from.
///
/// `provenance` is NULL for the standard one. It is a number for an origin with its usual trust and without a name: 0 user,
/// 1 agent, 2 tool, 3 import, 4 sync. Otherwise it is text: that number, the trust, and the name if there is one, with
/// blanks in between.
///
/// The conventions are those of ``SchemaV1``.
enum SchemaV6 {
    static let statements = """
        ALTER TABLE memories ADD COLUMN provenance ANY;
        ALTER TABLE versions ADD COLUMN provenance ANY;
        ALTER TABLE drafts ADD COLUMN provenance ANY;

        -- Leads to the texts whose provenance is not the standard one, so that an equal one is found: by one number of their
        -- length and of two of their characters, which few texts have in common.
        CREATE INDEX memories_by_text ON memories (
            (length(content) * 4294967296 + unicode(substr(content, 1 + length(content) / 3, 1)) % 65536 * 65536
                + unicode(substr(content, 1 + length(content) * 2 / 3, 1)) % 65536)
        ) WHERE provenance IS NOT NULL;
        """
}
