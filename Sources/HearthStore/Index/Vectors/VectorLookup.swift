import CVectorKernels
import HearthSQLite

extension VectorIndex {
    /// The row of a document's vector; nil if it has none of this model.
    ///
    /// Vectors are mostly in the order of their documents, so that halving finds the row. Where it does not, the file
    /// says which it is.
    func row(of document: Int64, user: Int64, in connection: Connection) throws -> Int? {
        if let row = sealedRow(of: document), documents[row] == document { return row }
        if let row = likelyRow(of: document) { return row }
        guard let place = try VectorTable.place(document: document, user: user, in: connection),
            let block = blocks[place.block]
        else { return nil }
        let row = block * VectorBlock.capacity + place.slot
        return documents[row] == document ? row : nil
    }

    private func likelyRow(of document: Int64) -> Int? {
        var (low, high) = (0, documents.count)
        while low < high {
            let middle = (low + high) / 2
            // A row without a document is free. So are those behind the last one.
            guard let taken = (middle..<high).first(where: { documents[$0] != 0 }) else {
                high = middle
                continue
            }
            if documents[taken] == document { return taken }
            if documents[taken] < document { low = taken + 1 } else { high = middle }
        }
        return nil
    }

    /// The components of some rows, one row after the other.
    func components(ofRows rows: [Int]) -> [Int8] {
        var copied: [Int8] = []
        copied.reserveCapacity(rows.count * model.dimension)
        for row in rows { copied += components[row * model.dimension..<(row + 1) * model.dimension] }
        return copied
    }
}
