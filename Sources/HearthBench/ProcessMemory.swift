import Foundation

/// What the operating system says of this process's memory.
enum ProcessMemory {
    /// The largest it has been, in MiB.
    static func peak() throws -> Double { try mebibytes("VmHWM:") }

    /// What it takes now, in MiB.
    static func resident() throws -> Double { try mebibytes("VmRSS:") }

    private static func mebibytes(_ key: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
        return (Double(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0) / 1_024
    }
}
