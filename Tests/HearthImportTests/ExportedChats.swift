import Foundation
import HearthImport
import HearthModel
import TestSupport
import Testing

@Suite struct ExportedChats {
    @Test func `a question with its answers is one memory of ChatGPT, along the path that was shown`() throws {
        let found = try Found(fixture: "chatgpt/conversations.json")
        #expect(found.format == .chatgpt && found.refused == [])
        #expect(
            found.texts == [
                "User: Which tea calms?\n\nChatGPT: Oolong.  Or 緑茶.",
                "User: And what is this?\n\nChatGPT: A leaf of tea.\n\nIt was picked in spring.",
                "User: أين كيوتو؟\n\nChatGPT: In Japan.",
            ]
        )
        #expect(found.left == [.branches: 3, .hidden: 3, .attachments: 1])
        let first = try #require(found.memories.first)
        #expect(first.session == "c0000001-aaaa-4aaa-8aaa-000000000001")
        #expect(first.draft.createdAt == time(1_772_352_001.5))
        #expect(first.draft.type == .episodic && first.draft.category == .conversation)
        #expect(
            first.draft.metadata == [
                "source": "chatgpt", "conversation": "Tea for Nora 🍵", "message_id": "u1", "model": "gpt-4o-mini",
                "archived": "true",
            ]
        )
        #expect(found.memories[1].draft.metadata["attachments"] == "leaf.png")
        // Neither of the messages has a time.
        #expect(found.memories[2].draft.createdAt == time(1_772_438_400))
        #expect(found.memories[2].draft.metadata["conversation"] == nil)
    }

    @Test func `abandoned branches are kept if that is wanted, and nothing else changes`() throws {
        let usual = try Found(fixture: "chatgpt/conversations.json")
        let all = try Found(fixture: "chatgpt/conversations.json", keepingBranches: true)
        let branches = all.memories.filter { $0.draft.metadata["branch"] == "true" }
        #expect(
            Set(branches.map(\.draft.content)) == [
                "User: Which tea calms?\n\nChatGPT: Camomile.", "User: And how hot?\n\nChatGPT: At 85 °C.",
            ]
        )
        #expect(Set(all.memories.map(\.id)).isSuperset(of: usual.memories.map(\.id)))
        #expect(Set(all.memories.map(\.id)).count == 5 && all.left[.branches] == nil)
    }

    @Test func `a chat of Claude keeps its text and counts the rest`() throws {
        let found = try Found(fixture: "claude/conversations.json")
        #expect(found.format == .claude && found.refused == [])
        #expect(
            found.texts == [
                "User: When do the cherries bloom? 🌸\n\nClaude: Late in March.",
                "User: Read this.\n\nPasted lines\n\nClaude: It is a map.",
            ]
        )
        #expect(found.left == [.hidden: 2, .attachments: 1])
        let first = try #require(found.memories.first)
        #expect(first.session == "d0000001-bbbb-4bbb-8bbb-000000000001")
        #expect(first.draft.createdAt == time(1_772_352_001.5))
        #expect(first.draft.metadata["conversation"] == "A trip to 京都")
    }

    /// One chat of Claude with these messages, each as JSON without its id.
    private func claude(_ messages: [String]) throws -> Found {
        let messages = messages.enumerated().map { #"{"uuid": "m\#($0)", \#($1)}"# }.joined(separator: ",")
        let folder = try Folder()
        return try Found(folder.write("a.json", #"[{"uuid": "c", "chat_messages": [\#(messages)]}]"#))
    }

    @Test func `a text that was pasted into Claude is kept under whatever name it has`() throws {
        let found = try claude([
            #""sender": "human", "text": "Sum it up", "content": [{"type": "text", "text": "Sum it up"}], "attachments": [{"file_name": "paste.txt", "extracted_content": "Otters hold hands."}], "files": [{"file_name": "paste.txt"}]"#,
            #""sender": "assistant", "text": "They do.", "content": [{"type": "text", "text": "They do."}]"#,
            #""sender": "human", "text": "", "content": [], "attachments": [{"file_name": "b.md", "extracted_content": "Only pasted"}, {"file_name": "c.pdf", "extracted_content": ""}, {"file_type": "txt"}]"#,
            #""sender": "assistant", "text": "Seen.", "content": [{"type": "text", "text": "Seen."}]"#,
            #""sender": "human", "text": "", "content": [{"type": "text", "text": ""}], "files": [{"file_name": "d.png"}]"#,
        ])
        #expect(
            found.texts == [
                "User: Sum it up\n\nOtters hold hands.\n\nClaude: They do.", "User: Only pasted\n\nClaude: Seen.",
            ]
        )
        #expect(found.memories.map { $0.draft.metadata["attachments"] } == ["paste.txt", "b.md, c.pdf"])
        #expect(found.left == [.attachments: 3, .empty: 1])
    }

    @Test func `Claude's remark on blocks that can't be shown is no answer`() throws {
        let remark = #"```\nThis block is not supported on your current device yet.\n```"#
        let found = try claude([
            #""sender": "human", "text": "Look it up", "content": [{"type": "text", "text": "Look it up"}]"#,
            #""sender": "assistant", "text": "\#(remark)\n\n\n\#(remark)", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use"}]"#,
            #""sender": "assistant", "text": "Old\n\#(remark)\nanswer", "content": [{"type": "text", "text": "\n"}]"#,
            #""sender": "human", "text": "More?\n\#(remark)""#,
            #""sender": "assistant", "text": "Found ```it``` \n\#(remark)", "content": [{"type": "text", "text": "Found ```it```"}, {"type": "tool_use"}]"#,
            #""sender": "human", "content": "As a string""#,
            #""sender": "assistant", "text": "\#(remark)""#,
        ])
        #expect(
            found.texts == [
                "User: Look it up\n\nClaude: Old\n\nanswer", "User: More?\n\nClaude: Found ```it```",
                "User: As a string",
            ]
        )
        #expect(found.left == [.hidden: 3])
    }

    @Test func `another answer of Claude is kept with its question, and each branch by itself`() throws {
        func message(_ id: String, _ parent: String?, _ sender: String, _ text: String) -> String {
            let parent = parent.map { #""parent_message_uuid": "\#($0)","# } ?? ""
            return #"{"uuid": "\#(id)", \#(parent) "sender": "\#(sender)", "text": "\#(text)"}"#
        }
        let messages = [
            message("q", "00000000-0000-4000-8000-000000000000", "human", "Which tree?"),
            message("a1", "q", "assistant", "Oak"), message("a2", "q", "assistant", "Elm"),
            message("q2", "a2", "human", "How tall?"), message("b1", "q2", "assistant", "30 m"),
            message("a3", "q", "assistant", "Lime"),
        ]
        let folder = try Folder()
        let path = try folder.write(
            "a.json",
            #"[{"uuid": "c", "current_leaf_message_uuid": "a3", "chat_messages": [\#(messages.joined(separator: ","))]}]"#
        )
        let shown = "User: Which tree?\n\nClaude: Lime"
        let usual = try Found(path)
        #expect(usual.texts == [shown] && usual.left == [.branches: 4])
        let all = try Found(path, keepingBranches: true)
        #expect(
            all.texts == [
                shown, "User: Which tree?\n\nClaude: Oak", "User: Which tree?\n\nClaude: Elm",
                "User: How tall?\n\nClaude: 30 m",
            ]
        )
        #expect(all.memories.map { $0.draft.metadata["branch"] } == [nil, "true", "true", "true"])
        #expect(Set(all.memories.map(\.id)).count == 4 && all.memories[0].id == usual.memories[0].id)
    }

    @Test func `projects of Claude are counted, in an archive, in a folder and alone`() throws {
        let projects =
            #"[{"uuid": "p1", "name": "Garden", "prompt_template": "Be brief", "docs": [{"uuid": "d", "filename": "a.md", "content": "x"}]}, {"uuid": "p2", "name": "Trip", "docs": []}]"#
        let folder = try Folder()
        for wanted in [nil, ForeignFormat.claude] {
            let alone = try Found(folder.write("projects.json", projects), wanted: wanted)
            #expect(alone.format == .claude && alone.left == [.projects: 2] && alone.memories.isEmpty)
            #expect(alone.refused == [])
        }
        #expect(LeftOut.projects.title.contains("not imported"))
        _ = try folder.write("all/projects.json", projects)
        let chat = #"[{"uuid": "c", "chat_messages": [{"uuid": "m", "sender": "human", "text": "Tea?"}]}]"#
        _ = try folder.write("all/conversations.json", chat)
        let all = try Found(folder.path + "/all")
        #expect(all.format == .claude && all.texts == ["User: Tea?"] && all.left == [.projects: 2])
    }

    @Test(
        arguments: [
            ("g-abc123", "g-abc123", "g-abc123", nil), (nil, "g-abc123", "g-abc123", nil),
            ("g-p-1a2b", "g-p-1a2b", nil, "g-p-1a2b"), ("g-abc123", "g-p-1a2b", "g-abc123", "g-p-1a2b"),
            (nil, nil, nil, nil),
        ] as [(String?, String?, String?, String?)]
    )
    func `a custom GPT is no project of ChatGPT`(
        _ gizmo: String?,
        _ template: String?,
        _ gpt: String?,
        _ project: String?
    )
        throws
    {
        func json(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        let folder = try Folder()
        let found = try Found(
            folder.write(
                "a.json",
                #"""
                [{"id": "c", "gizmo_id": \#(json(gizmo)), "conversation_template_id": \#(json(template)), "current_node": "a", "mapping":
                {"a": {"message": {"id": "a", "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Tea"]}}}}}]
                """#
            )
        )
        let metadata = try #require(found.memories.first).draft.metadata
        #expect(metadata["gpt"] == gpt && metadata["project"] == project)
    }

    @Test(arguments: [
        ("real_time_user_audio_video_asset_pointer", "audio"), ("audio_asset_pointer", "audio"),
        ("image_asset_pointer", "image"), ("video_container_asset_pointer", "video"),
        ("spreadsheet_pointer", "spreadsheet"),
    ]) func `what has no name is called what it is`(_ kind: String, _ name: String) throws {
        let folder = try Folder()
        let path = try folder.write(
            "a.json",
            #"""
            [{"id": "c", "current_node": "a", "mapping": {"a": {"message": {"id": "a", "author": {"role": "user"}, "content":
            {"content_type": "multimodal_text", "parts": ["Listen", {"content_type": "\#(kind)"}]}}}}}]
            """#
        )
        #expect(try Found(path).memories.first?.draft.metadata["attachments"] == name)
    }

    @Test func `a folder or an archive of Claude also has what it remembers`() throws {
        for fixture in ["claude", "archives/claude.zip"] {
            let found = try Found(fixture: fixture)
            #expect(found.format == .claude && found.memories.count == 4, "\(fixture)")
            #expect(found.texts.suffix(2) == ["Nora plans a trip to Kyoto.", "The garden is half done."])
        }
    }

    @Test func `an unpacked export is the same as its archive`() throws {
        let file = try Found(fixture: "chatgpt/conversations.json").memories.map(\.id)
        for fixture in [
            "chatgpt", "archives/chatgpt.zip", "archives/stored.zip", "archives/zip64.zip", "archives/series.zip",
        ] {
            #expect(try Found(fixture: fixture).memories.map(\.id) == file, "\(fixture)")
        }
    }

    @Test func `circles, missing nodes and strange times end no import`() throws {
        let folder = try Folder()
        let chats = #"""
            [{"id": "c", "current_node": "a", "mapping": {
              "a": {"parent": "b", "children": ["b"], "message": {"id": "a", "author": {"role": "user"}, "create_time": 1e300, "content": {"content_type": "text", "parts": ["x\u0000y \ud83c"]}}},
              "b": {"parent": "a", "children": ["gone"], "message": {"id": "b", "author": {"role": "assistant"}, "create_time": -9e99, "content": {"content_type": "text", "parts": [null, 7, "z"]}}}}},
             {"id": "d", "mapping": {}}, {"title": "none"}, 5]
            """#
        let found = try Found(try folder.write("conversations.json", chats))
        #expect(found.memories.count == 2 && found.refused.count == 2)
        #expect(found.texts == ["ChatGPT: z", "User: x\0y \u{FFFD}"])
        #expect(throws: MemoryError.self) { try found.memories[0].draft.validate() }
    }

    @Test func `a chat that is too long is named, and those around it are read`() throws {
        func chatGPT(_ id: String, _ text: String) -> String {
            #"""
            {"conversation_id": "\#(id)", "current_node": "a", "mapping": {"a": {"parent": null, "children": [], "message":
            {"id": "a", "author": {"role": "user"}, "content": {"content_type": "text", "parts": ["\#(text)"]}}}}}
            """#
        }
        func claude(_ id: String, _ text: String) -> String {
            #"{"uuid": "\#(id)", "chat_messages": [{"uuid": "m", "sender": "human", "text": "\#(text)"}]}"#
        }
        let folder = try Folder()
        // Brackets, quotes and escapes count for nothing in a text. The longest spans several pieces of the file.
        for (name, length) in [("short.json", 5_000), ("long.json", 3 << 20)] {
            for chat in [chatGPT, claude] {
                let long = String(repeating: #"]}\"\\[{ "#, count: length / 10)
                let text = "[" + [chat("1", "one"), chat("2", long), chat("3", "three")].joined(separator: ",") + "]"
                let found = try Found(try folder.write(name, text), longestChat: 4_096)
                #expect(found.texts == ["User: one", "User: three"])
                #expect(found.refused.count == 1 && found.refused.first?.hasPrefix("conversation 2: it has") == true)
            }
        }
        let cut = try folder.write(
            "cut.json",
            "[" + chatGPT("1", "one") + "," + chatGPT("2", String(repeating: "x", count: 9_000)).dropLast(3)
        )
        #expect(throws: ForeignFileError.self) { try Found(cut, longestChat: 4_096) }
    }
}
