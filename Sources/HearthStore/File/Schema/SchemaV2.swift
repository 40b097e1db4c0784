/// The second schema: what the documents of a user are called in memory, they are called in the file too, and a number that nothing
/// ever raised is gone.
enum SchemaV2 {
    static let statements = """
        ALTER TABLE roster_images RENAME TO catalog_images;
        ALTER TABLE store DROP COLUMN roster_reset;
        """
}
