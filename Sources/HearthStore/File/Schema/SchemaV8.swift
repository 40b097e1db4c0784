/// The schema that tells caches of written counts.
enum SchemaV8 {
    static let statements = """
        -- The sequence at which counts of reads were last written to accesses. Whoever keeps counts from before reads them anew.
        ALTER TABLE store ADD COLUMN accesses_changed INTEGER NOT NULL DEFAULT 0;
        """
}
