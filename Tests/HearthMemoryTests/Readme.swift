import Foundation
import TestSupport
import Testing

@Suite struct Readme {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The Swift example of the README.
    private static func example() throws -> String {
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst()
        let block = try #require(blocks.first)
        return try #require(block.components(separatedBy: "```").first)
    }

    @Test func `the Swift example compiles against the library as a host sees it`() async throws {
        let directory = try TemporaryDirectory()
        let source = directory.file("Example.swift")
        try Self.example().write(toFile: source, atomically: true, encoding: .utf8)
        let (status, messages) = try await Turnstile.children.pass {
            try await blocking { try Self.compile(source) }
        }
        #expect(status == 0, "\(messages)")
    }

    /// Checks a source against the modules that were built beside the tests.
    static func compile(_ source: String) throws -> (status: Int32, messages: String) {
        let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        var arguments = [
            "swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6", "-I",
            products.appending(path: "Modules").path,
            "-Xcc", "-fmodule-map-file=\(root.path)/Sources/CSQLite/module.modulemap",
        ]
        // The build gives a host's compiler these by itself. Packages are checked out beside the directory of products.
        let packages = products.deletingLastPathComponent().deletingLastPathComponent().appending(path: "checkouts")
        let maps = [
            products.appending(path: "CVectorKernels.build/module.modulemap"),
            products.appending(path: "CEmbeddingData.build/module.modulemap"),
            packages.appending(path: "swift-system/Sources/CSystem/include/module.modulemap"),
            packages.appending(path: "swift-subprocess/Sources/_SubprocessCShims/include/module.modulemap"),
        ]
        for map in maps { arguments += ["-Xcc", "-fmodule-map-file=\(map.path)"] }
        let (end, messages) = try ChildProcess.run(arguments + [source], collecting: 2)
        return (end.status, String(decoding: messages, as: UTF8.self))
    }

    @Test func `both commands are there to be copied`() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains("\nsudo apt-get install -y libsqlite3-dev && swift run -c release hearth demo\n"))
        #expect(readme.contains("\nswift test\n"))
    }
}
