import ArgumentParser
import Foundation

/// This program, run again as a process of its own.
enum Child {
    /// What it prints.
    ///
    /// - Throws: A `ValidationError` where it fails.
    static func output(of arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ValidationError("`\(arguments.joined(separator: " "))` failed.")
        }
        return data
    }
}
