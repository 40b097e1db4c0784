internal import Glibc

/// The files under a folder, in the order of their paths.
///
/// Links are not followed but counted, and what begins with a point is left out, such as the settings of Obsidian.
struct NoteFiles {
    struct File {
        var path: String
        /// The names from the folder down.
        var relative: [String]
        var count: Int
        var changed: Double

        var name: String { relative.last ?? "" }
        var isNote: Bool { NoteFiles.isNote(name) }
    }

    static func isNote(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasSuffix(".md") || name.hasSuffix(".markdown")
    }

    private struct Place {
        var path: String
        var relative: [String]
    }

    private var waiting: [Place]
    private let greatestDepth: Int
    private var passedOver: [LeftOut: Int] = [:]

    /// Deep enough for any person's folders: 63 of them, and a note.
    static let greatestDepth = 64

    /// - Parameter depth: How many names a path has at most.
    init(_ directory: String, depth: Int = Self.greatestDepth) {
        greatestDepth = depth
        waiting = [Place(path: directory, relative: [])]
    }

    mutating func next() throws -> File? {
        while let place = waiting.popLast() {
            var status = stat()
            guard (place.relative.isEmpty ? stat(place.path, &status) : lstat(place.path, &status)) == 0 else {
                throw ForeignFileError.unreadable(place.path)
            }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                guard place.relative.count < greatestDepth else {
                    passedOver[.folders, default: 0] += 1
                    continue
                }
                let names = try Self.names(in: place.path).sorted().reversed()
                waiting += names.map { Place(path: place.path + "/" + $0, relative: place.relative + [$0]) }
            case S_IFREG:
                return File(
                    path: place.path,
                    relative: place.relative,
                    count: Int(status.st_size),
                    changed: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
                )
            case S_IFLNK: passedOver[.links, default: 0] += 1
            // A pipe, a socket or a device.
            default: passedOver[.files, default: 0] += 1
            }
        }
        return nil
    }

    /// What was passed over since this was asked for last.
    mutating func takePassedOver() -> [ForeignItem] {
        defer { passedOver = [:] }
        return LeftOut.allCases.compactMap { kind in passedOver[kind].map { .left(kind, count: $0) } }
    }

    private static func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw ForeignFileError.unreadable(path) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
