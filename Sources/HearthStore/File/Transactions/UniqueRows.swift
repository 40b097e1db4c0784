import HearthModel

extension Dictionary {
    /// What some rows of a table say, by their key.
    ///
    /// - Parameter what: What the rows are, as the beginning of a sentence.
    /// - Throws: `.storeCorrupt` if two rows have the same key: SQLite keeps that from happening, and damage does not.
    init(uniqueRows rows: some Sequence<(Key, Value)>, what: String) throws(MemoryError) {
        self.init()
        for (key, value) in rows where updateValue(value, forKey: key) != nil {
            throw .corrupt("\(what) have the same key.")
        }
    }
}
