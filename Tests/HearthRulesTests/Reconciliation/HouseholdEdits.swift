import FoundationEssentials
import Testing

@testable import HearthModel
@testable import HearthText

/// The three stories of `Fixtures/household/edits.json`.
@Suite struct HouseholdEdits {
    private struct Story: Decodable {
        let story: String
        let base: String
        let a: Edit
        let b: Edit
        let merged: String?
        let keeps: [String]

        struct Edit: Decodable {
            let agent: String
            let content: String?
            let delete: Bool?
        }
    }

    private static func stories() throws -> [Story] {
        let path = URL(filePath: #filePath).appending(path: "../../../../Fixtures/household/edits.json").standardized
        return try JSONDecoder().decode([Story].self, from: Data(contentsOf: path))
    }

    @Test func `two agents' edits of one memory merge as the stories tell`() throws {
        let stories = try Self.stories()
        #expect(stories.map(\.story) == ["disjoint", "overlapping", "delete-edit"])
        for story in stories {
            var history = EditHistory(.mergeContent, first: MemoryFields(content: story.base))
            let heads = [story.a, story.b].enumerated()
                .map { index, edit in
                    history.edit(history.first, by: AgentID(rawValue: edit.agent), at: Int64(index + 1)) { fields in
                        fields.content = edit.content ?? fields.content
                        fields.isDeleted = edit.delete ?? false
                    }
                }
            let merge = try history.merge(heads).fields
            #expect(!merge.isDeleted)
            if let merged = story.merged { #expect(merge.content == merged) }
            let segmented = SegmentedText(merge.content)
            let sentences = segmented.segments.map { String(decoding: segmented.bytes[$0.body], as: UTF8.self) }
            #expect(sentences.sorted() == story.keeps.sorted())
        }
    }
}
