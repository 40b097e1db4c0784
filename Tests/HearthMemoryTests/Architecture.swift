import Foundation
import Testing

/// The article *Architecture* leads a maintainer through the files, so what it names must be there.
@Suite struct Architecture {
    private let map: Map
    private let tree: Tree

    init() throws {
        map = try Map()
        tree = try Tree()
    }

    @Test func `every file, folder and suite that the article names is there, and is one`() {
        let missing = map.names.filter { name in
            switch name {
            case .folder(let path): !tree.hasFolder(path)
            case .file(let path): !tree.hasFile(path)
            case .suite(let target, let suite): !tree.hasSuite(suite, of: target)
            case .other: false
            }
        }
        #expect(missing == [])
    }

    @Test func `every folder of the sources is named in the article`() {
        let unnamed = tree.sourceFolders.filter { !map.names.contains(.folder($0 + "/")) }
        #expect(unnamed == [])
    }

    @Test func `every other name in the article stands in the sources`() throws {
        let sources = try tree.sources()
        let words = map.names.flatMap { name -> [Substring] in
            if case .other(let code) = name { code.split { !$0.isLetter && !$0.isNumber } } else { [] }
        }
        let missing = Set(words).filter { sources.range(of: $0) == nil }
        #expect(missing == [])
    }
}

/// What a piece of code in the article stands for.
private enum Name: Hashable {
    /// A folder, from `Sources` or the root on.
    case folder(String)
    /// A file: its name, or the end of its path.
    case file(String)
    /// A suite of a test target.
    case suite(target: String, suite: String)
    /// A type, a function, a value.
    case other(String)

    init(_ code: String) {
        let parts = code.split(separator: ".")
        if code.hasSuffix("/") {
            self = .folder(code)
        } else if code.contains("/") || ["swift", "md", "svg", "c", "h"].contains(parts.last) {
            self = .file(code)
        } else if parts.count == 2, parts[0].hasSuffix("Tests") {
            self = .suite(target: String(parts[0]), suite: String(parts[1]))
        } else {
            self = .other(code)
        }
    }
}

extension Name: CustomTestStringConvertible {
    var testDescription: String {
        switch self {
        case .folder(let code), .file(let code), .other(let code): code
        case .suite(let target, let suite): "\(target).\(suite)"
        }
    }
}

/// The article.
private struct Map {
    /// Every piece of code in it but command lines and statements.
    let names: [Name]

    init() throws {
        let path = "Sources/HearthMemory/HearthMemory.docc/Architecture.md"
        let article = try String(contentsOf: Tree.root.appending(path: path), encoding: .utf8)
        let pieces = article.split(separator: "`", omittingEmptySubsequences: false)
        try #require(pieces.count % 2 == 1, "A backtick has no partner.")
        names = pieces.indices.filter { $0 % 2 == 1 && !pieces[$0].contains(" ") }.map { Name(String(pieces[$0])) }
    }
}

/// The files and folders of the sources and the tests, by their paths from the root.
private struct Tree {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private var files: [String] = []
    private var folders: [String] = []

    init() throws {
        for top in ["Sources", "Tests"] {
            let directory = Self.root.appending(path: top)
            for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted()
            where !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
                let isFolder = try directory.appending(path: path).resourceValues(forKeys: [.isDirectoryKey])
                    .isDirectory
                if isFolder == true { folders.append("\(top)/\(path)") } else { files.append("\(top)/\(path)") }
            }
        }
    }

    /// The folders under `Sources`, from there on.
    var sourceFolders: [String] {
        folders.filter { $0.hasPrefix("Sources/") }.map { String($0.dropFirst("Sources/".count)) }
    }

    func hasFolder(_ path: String) -> Bool {
        folders.contains { "\($0)/" == path || "\($0)/" == "Sources/\(path)" }
    }

    /// Whether a name is that of one file and no more, or the path of one from the root on.
    func hasFile(_ path: String) -> Bool {
        files.filter { $0.hasSuffix("/\(path)") }.count == 1
            || FileManager.default.fileExists(atPath: Self.root.appending(path: path).path)
    }

    func hasSuite(_ suite: String, of target: String) -> Bool {
        files.contains { $0.hasPrefix("Tests/\(target)/") && $0.hasSuffix("/\(suite).swift") }
    }

    /// The text of all sources.
    func sources() throws -> String {
        try files.filter { $0.hasPrefix("Sources/") && $0.hasSuffix(".swift") }
            .map { try String(contentsOf: Self.root.appending(path: $0), encoding: .utf8) }
            .joined(separator: "\n")
    }
}
