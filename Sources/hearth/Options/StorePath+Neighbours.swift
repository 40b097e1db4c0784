import Glibc

extension StorePath {
    /// What lies beside the file and belongs to it: SQLite's own files, and the parameters of a passphrase.
    private static let neighbours = ["", "-wal", "-shm", "-journal", ".passphrase"]

    /// Refuses to write where the store is, or where a file of it is or may come to be: a log that is not its own would
    /// spoil it.
    func keepClear(of path: String) throws {
        guard Self.neighbours.contains(where: { Self.resolved(file + $0) == Self.resolved(path) }) else { return }
        throw CommandFailure("\(path) belongs to the store at \(file), and is not written over. Choose another path.")
    }

    /// The path with the links in its directory resolved, as far as there is one.
    private static func resolved(_ path: String) -> String {
        let separator = path.lastIndex(of: "/")
        let name = separator.map { String(path[path.index(after: $0)...]) } ?? path
        let directory = separator.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard let real = realpath(directory, nil) else { return path }
        defer { free(real) }
        return "\(String(cString: real))/\(name)"
    }
}
