import Foundation
import Testing

@testable import HearthMemory

/// The article *Settings* names every setting as it is.
@Suite struct SettingsArticle {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
    private let text: String

    init() throws {
        text = try String(
            contentsOf: Self.sources.appending(path: "HearthMemory/HearthMemory.docc/Configuration.md"),
            encoding: .utf8
        )
    }

    /// The cells of each row of the table of settings.
    private var rows: [[String]] {
        text.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .map { line in
                line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }
    }

    @Test func `the table has every setting with its names, its default and what it may be, and no other`() {
        let expected = Setting.all.map { setting in
            let standard = setting.standard.isEmpty ? "" : "`\(setting.standard)`"
            return ["`\(setting.variable)`", "`\(setting.name)`", standard, setting.allowed]
        }
        #expect(rows.map { [$0[0], $0[1], $0[2], $0[4]] } == expected)
        for (row, setting) in zip(rows, Setting.all) {
            #expect(row[3].hasPrefix("command line: ") == (setting.reader == .commandLine), "\(setting.name)")
        }
        #expect(text.contains(RetentionSetting.allowed) && text.contains("`<AGENT>\(RetentionSetting.suffix)`"))
        #expect(text.contains("`\(Setting.fileVariable)`"))
    }

    @Test func `every variable that the sources name stands in the article`() throws {
        let files = FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil)?.allObjects ?? []
        var named: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            guard !file.path.contains("/HearthBench/") else { continue }
            let source = try String(contentsOf: file, encoding: .utf8)
            for match in source.matches(of: /\b(HEARTH|MEMORY|CONFLICT)_[A-Z][A-Z_]*[A-Z]\b/)
            where match.output.0 != "MEMORY_RETENTION_DAYS" {
                named.insert(String(match.output.0))
            }
        }
        // Names of C, not of the environment.
        named = named.filter { !$0.hasPrefix("HEARTH_AVX") && $0 != "HEARTH_MAX_DIMENSION" }
        #expect(named.filter { !text.contains("`\($0)`") } == [])
        #expect(named.count > 5)
    }
}
