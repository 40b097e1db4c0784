import FoundationEssentials

/// A directory that a command makes for its default files.
enum PrivateDirectory {
    /// Makes a directory that only its owner may use, with those above it; one that exists is left as it is.
    ///
    /// - Parameter remedy: What to do if it can't be made.
    static func make(_ path: String, or remedy: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CommandFailure("The directory \(path) can't be made (\(error)); \(remedy).")
        }
    }
}
