import Foundation
import Testing

@testable import hearth

/// What the commands say of how memories are used.
@Suite struct UsageReports {
    @Test func `analytics are printed as text and as JSON, without columns in a pipe`() async throws {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        let id = try await tool.stored("Iris likes oolong", "--category", "preference")
        try await tool.run("get", id, "--agent", "alice")
        let json = try await tool.json("analytics", "--by", "day")
        #expect(json["usage"]?.array.first?["stored"]?.int == 1)
        #expect(json["reads"]?.array.first?["reader"]?.string == "alice")
        let text = try await tool.run("analytics").text
        #expect(text.contains("alice") && !text.contains("▁") && !text.contains("█"))
        #expect(!text.contains("found nothing"))
        #expect(try await tool.run("analytics", "--user", "nobody").status == 1)
        #expect(try await tool.run("analytics", "--by", "year").status == 64)
    }

    @Test func `searches that found nothing are counted, with what could be shared and without the query`()
        async throws
    {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        _ = try await tool.stored("Iris likes oolong")
        for _ in 0..<3 { try await tool.run("search", "quixzle", "--agent", "mimic", "--search-type", "keyword") }
        let unanswered = try await tool.json("analytics")["unanswered"]?.array
        #expect(unanswered?.count == 1 && unanswered?.first?["searches"]?.int == 3)
        #expect(unanswered?.first?["agent"]?.string == "mimic" && unanswered?.first?["user"]?.string == "iris")
        let shareable = unanswered?.first?["shareable"]?.array.first
        #expect(shareable?["owner"]?.string == "alden" && shareable?["category"]?.string == "general")
        #expect(shareable?["memories"]?.int == 1)
        let text = try await tool.run("analytics").text
        #expect(text.contains("found nothing") && text.contains("alden general 1") && !text.contains("quixzle"))
    }

    @Test func `importances are applied without a terminal only with yes`() async throws {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        _ = try await tool.stored("tea")
        #expect(try await tool.json("importance", "suggest")["suggestions"]?.array.isEmpty == true)
        let applied = try await tool.json("importance", "apply", "--yes")
        #expect(applied["changed"]?.array.isEmpty == true && applied["skipped"]?.array.isEmpty == true)
        #expect(try await tool.run("importance", "suggest", "--limit", "0").status == 1)
    }

    @Test func `columns are in proportion, and plain signs where the locale is not of UTF-8`() {
        #expect(Sparkline.of([0, 1, 4, 8], isUTF8: true) == " ▁▄█")
        #expect(
            Sparkline.of([0, 1, 4, 8], isUTF8: false) == " ..@"
                || Sparkline.of([0, 1, 4, 8], isUTF8: false).hasSuffix("@")
        )
        #expect(Sparkline.of([0, 0], isUTF8: true) == "" && Sparkline.of([], isUTF8: true) == "")
        #expect(Sparkline.of(Array(1...100), width: 10, isUTF8: true).count == 10)
        #expect(Sparkline.isUTF8(["LANG": "de_DE.UTF-8"]) && !Sparkline.isUTF8([:]))
        #expect(!Sparkline.isUTF8(["LANG": "de_DE.UTF-8", "LC_ALL": "C"]))
    }
}
