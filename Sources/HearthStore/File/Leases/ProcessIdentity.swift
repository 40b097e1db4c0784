import FoundationEssentials
import Glibc

/// Which process wrote a row, well enough for another one to tell that it is gone.
///
/// A process number alone is used again, and means something else in another namespace; with the namespace and the time at which the
/// process started it is unique within a boot.
struct ProcessIdentity: Hashable, Sendable {
    /// The namespace, the number and the start time in the kernel's ticks; empty where `/proc` doesn't tell.
    let text: String

    /// This process.
    static let current: ProcessIdentity = {
        let number = getpid()
        guard let namespace = ownNamespace, let start = startTime(of: number) else { return ProcessIdentity(text: "") }
        return ProcessIdentity(text: "\(namespace) \(number) \(start)")
    }()

    /// Whether the process has certainly ended; in doubt it hasn't.
    ///
    /// A zombie hasn't: the main thread of a Swift program ends long before the others, and looks like one.
    func isGone() -> Bool {
        guard self != .current else { return false }
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 3, parts[0] == Self.ownNamespace, let number = pid_t(parts[1]) else { return false }
        if kill(number, 0) == -1, errno == ESRCH { return true }
        guard let start = Self.startTime(of: number) else { return false }
        return start != parts[2]
    }

    /// The name of the namespace that process numbers count in.
    private static let ownNamespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")

    /// The 22nd field of `/proc/…/stat`; the second is the program's name in brackets and may hold anything.
    private static func startTime(of number: pid_t) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
            let bracket = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: bracket)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }
}
