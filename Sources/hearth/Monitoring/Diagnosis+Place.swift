import FoundationEssentials
import Glibc

/// The file and its directory.
extension Diagnosis {
    /// Looks at who may read the file and its directory, and takes the right from others if asked to.
    ///
    /// - Parameter isStore: Whether the file is known to be a store. Who may read another one is not for us to say.
    mutating func examinePlace(of path: String, isStore: Bool, fixes: Bool) {
        check("place")
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if isStore {
            for file in [path, path + "-wal", path + "-shm"] { examineFile(file, fixes: fixes) }
        }
        guard let mode = Self.mode(of: directory) else {
            return add(
                "place",
                .broken,
                "The directory \(directory) can't be looked at: \(String(cString: strerror(errno))).",
                remedy: "Give yourself the right to read it, or name another store with --db."
            )
        }
        if mode & 0o002 != 0, mode & 0o1000 == 0 {
            add(
                "place",
                .attention,
                "Everybody may write in the directory \(directory), and so replace the store.",
                remedy: "chmod o-w \(directory)"
            )
        }
        if access(directory, W_OK) != 0 {
            add(
                "place",
                .attention,
                "You can't write in the directory \(directory), where the log of the store is kept.",
                remedy:
                    "Give yourself the right to write there; until then HEARTH_READ_ONLY=true lets the store be read."
            )
        }
    }

    private mutating func examineFile(_ file: String, fixes: Bool) {
        guard let mode = Self.mode(of: file), mode & 0o077 != 0 else { return }
        let isFixed = fixes && chmod(file, mode & 0o7700) == 0
        add(
            "place",
            .attention,
            "Others than you may read or write \(file) (mode \(String(mode & 0o777, radix: 8))).",
            remedy: "chmod 600 \(file)",
            fixed: isFixed
        )
    }

    /// The permissions of a file; nil where it can't be looked at.
    private static func mode(of path: String) -> mode_t? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode
    }
}
