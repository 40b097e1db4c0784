extension MemoryStore {
    /// Past so many new row ids images may be due; a process that stored a few memories doesn't look.
    private static let rowsUntilImages: Int64 = 1_024

    /// Makes catalog images where much was stored since the store was opened.
    func refreshCatalogImages() async {
        do {
            let nextRow = try read { $0.state.nextRow }
            guard path != nil, nextRow - firstRow >= Self.rowsUntilImages else { return }
            try await write { transaction in try CatalogImage.refresh(in: transaction) }
        } catch {
            // On a full disk, or closed before: a shortcut that could not be made keeps nobody from closing.
        }
    }
}
