import HearthEmbedding
import HearthSQLite

extension VectorIndex {
    /// The vector of one document; nil if it has none of this model.
    ///
    /// Vectors are mostly in the order of their documents, so that halving finds the row. Where it does not, the file
    /// says which it is.
    func vector(of document: Int64, user: Int64, in connection: Connection) throws -> QuantizedVector? {
        if let row = likelyRow(of: document) { return vector(at: row) }
        guard let place = try VectorTable.place(document: document, user: user, in: connection),
            let block = blocks[place.block]
        else { return nil }
        let row = block * VectorBlock.capacity + place.slot
        return documents[row] == document ? vector(at: row) : nil
    }

    private func likelyRow(of document: Int64) -> Int? {
        var (low, high) = (0, documents.count)
        while low < high {
            let middle = (low + high) / 2
            if documents[middle] == document { return middle }
            if documents[middle] < document { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
