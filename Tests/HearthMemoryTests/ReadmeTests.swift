import Foundation
import Testing

@Suite struct Readme {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The Swift example of the README.
    private static func example() throws -> String {
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst()
        let block = try #require(blocks.first)
        return try #require(block.components(separatedBy: "```").first)
    }

    @Test func `the Swift example compiles against the library as a host sees it`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "readme-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let source = directory.appending(path: "Example.swift")
        try Self.example().write(to: source, atomically: true, encoding: .utf8)

        let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        var arguments = [
            "swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6", "-I",
            products.appending(path: "Modules").path,
            "-Xcc", "-fmodule-map-file=\(Self.root.path)/Sources/CSQLite/module.modulemap",
        ]
        for module in ["CVectorKernels", "CEmbeddingData"] {
            let map = products.appending(path: "\(module).build/module.modulemap").path
            arguments += ["-Xcc", "-fmodule-map-file=\(map)"]
        }
        compiler.arguments = arguments + [source.path]
        let output = Pipe()
        compiler.standardError = output
        try compiler.run()
        let messages = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0, "\(messages)")
    }

    @Test func `both commands are there to be copied`() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains("\nsudo apt-get install -y libsqlite3-dev && swift run -c release hearth demo\n"))
        #expect(readme.contains("\nswift test --no-parallel\n"))
    }
}
