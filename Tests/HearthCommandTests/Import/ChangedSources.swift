import CSQLite
import Foundation
import HearthMemory
import TestSupport
import Testing

@testable import hearth

/// `hearth import` of what has changed in the other program, or here, since it was imported.
@Suite struct ChangedSources {
    private var tool: Tool

    init() throws {
        tool = try Tool()
    }

    private func imported(_ path: String, _ options: String...) async throws -> JSON {
        try await tool.json(["import", path, "--agent", "alden", "--user", "iris"] + options)
    }

    private func counts(_ json: JSON) -> [Int?] {
        [json["stored"]?.int, json["present"]?.int, json["differing"]?.int]
    }

    private func texts() async throws -> Set<String> {
        let listed = try await tool.json("list", "--agent", "alden", "--user", "iris")["memories"]?.array ?? []
        return Set(listed.compactMap { $0["text"]?.string })
    }

    private func note(_ name: String, _ text: String) throws -> String {
        let file = URL(filePath: tool.sandbox.file(name))
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.deletingLastPathComponent().path
    }

    // MARK: Notes

    @Test func `two folders of one name are both stored, and found again wherever they are`() async throws {
        let first = try note("work/notes/index.md", "About work")
        let second = try note("home/notes/index.md", "About home")
        #expect(counts(try await imported(first)) == [1, 0, 0])
        #expect(counts(try await imported(second)) == [1, 0, 0])
        #expect(try await texts() == ["# index\n\nAbout work", "# index\n\nAbout home"])
        for path in [first, second, first + "/../notes/"] {
            #expect(counts(try await imported(path)) == [0, 1, 0], "\(path)")
        }
        let relative = try await tool.shell(
            #"cd "$1" && "$0" import ./notes --agent alden --user iris --json --db "$2""#,
            tool.sandbox.file("home"),
            tool.store
        )
        #expect(counts(try relative.json) == [0, 1, 0])
        for place in ["work", "home"] {
            try FileManager.default.moveItem(
                atPath: tool.sandbox.file(place),
                toPath: tool.sandbox.file("moved-" + place)
            )
            #expect(counts(try await imported(tool.sandbox.file("moved-\(place)/notes"))) == [0, 1, 0])
        }
        #expect(try await texts().count == 2)
    }

    @Test func `a changed note is counted and named, and not what was edited here`() async throws {
        let vault = try note("notes/a.md", "One")
        _ = try note("notes/b.md", "Two")
        #expect(counts(try await imported(vault)) == [2, 0, 0])
        _ = try note("notes/a.md", "One, changed")
        let again = try await imported(vault)
        #expect(counts(again) == [0, 1, 1])
        let id = try #require(again["differences"]?[0]?["id"]?.string)
        #expect(again["differences"]?[0]?["place"]?.string == "a.md" && again["complete"]?.bool == true)
        #expect(try await tool.json("get", id, "--agent", "alden")["text"]?.string == "# a\n\nOne")
        let shown = try await tool.run("import", vault, "--agent", "alden", "--user", "iris")
        #expect(shown.text.contains("differing  1") && shown.text.contains("with --update"), "\(shown.text)")
        // With the file's text in one of its versions the memory is what the file says.
        let taken = try await tool.run("edit", id, "# a\n\nOne, changed", "--agent", "alden", "--publish")
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(counts(try await imported(vault)) == [0, 2, 0])
        try await tool.run("edit", id, "Mine", "--agent", "alden", "--publish")
        #expect(counts(try await imported(vault)) == [0, 2, 0])
    }

    @Test func `an update takes what notes say now, and keeps what they said`() async throws {
        let vault = try note("notes/a.md", "---\ntags: [tea]\nstatus: draft\n---\nOne")
        _ = try note("notes/b.md", "Two")
        #expect(counts(try await imported(vault)) == [2, 0, 0])
        for text in ["---\ntags: [rice]\nstatus: draft\n---\nOne", "---\ntags: [rice]\nstatus: done\n---\nOne", "New"] {
            _ = try note("notes/a.md", text)
            let differing = try await imported(vault)
            #expect(counts(differing) == [0, 1, 1], "\(text)")
            let id = try #require(differing["differences"]?[0]?["id"]?.string)
            let updated = try await imported(vault, "--update")
            #expect(counts(updated) == [0, 1, 0] && updated["updated"]?.int == 1, "\(updated)")
            #expect(counts(try await imported(vault)) == [0, 2, 0])
            let memory = try await tool.json("get", id, "--agent", "alden")
            let (isNew, isDone) = (text == "New", text.contains("done"))
            #expect(memory["text"]?.string == (isNew ? "# a\n\nNew" : "# a\n\nOne"))
            #expect(memory["tags"] == .array(isNew ? [] : [.string("rice")]))
            #expect(memory["metadata"]?["status"]?.string == (isNew ? nil : isDone ? "done" : "draft"))
            #expect(memory["origin"]?.string == "import")
        }
        let history = try await tool.json("list", "--agent", "alden", "--user", "iris")["memories"]?.array
            .first { $0["text"]?.string == "# a\n\nNew" }
        #expect(history?["version"]?.int == 4)
        let shown = try await tool.run("import", vault, "--agent", "alden", "--user", "iris", "--update")
        #expect(shown.status == 0 && !shown.text.contains("differing") && !shown.text.contains("updated"))
    }

    @Test func `an edit of tags made here, and a folder that was moved, are no difference`() async throws {
        let vault = try note("notes/a.md", "---\ntags: [tea]\n---\nOne")
        #expect(counts(try await imported(vault)) == [1, 0, 0])
        let listed = try await tool.json("list", "--agent", "alden", "--user", "iris")
        let id = try #require(listed["memories"]?[0]?["id"]?.string)
        try await tool.run("edit", id, "--tag", "mine", "--agent", "alden", "--publish")
        #expect(counts(try await imported(vault)) == [0, 1, 0])
        try FileManager.default.createDirectory(atPath: tool.sandbox.file("new"), withIntermediateDirectories: true)
        let moved = tool.sandbox.file("new/notes")
        try FileManager.default.moveItem(atPath: vault, toPath: moved)
        #expect(counts(try await imported(moved)) == [0, 1, 0])
        #expect(counts(try await imported(moved, "--from", "basic-memory")) == [0, 1, 0])
    }

    @Test func `what was deleted here stays deleted under an update`() async throws {
        let vault = try note("notes/a.md", "One")
        #expect(counts(try await imported(vault)) == [1, 0, 0])
        _ = try note("notes/a.md", "Two")
        let id = try #require(try await imported(vault)["differences"]?[0]?["id"]?.string)
        try await tool.run("delete", id, "--agent", "alden", "--publish")
        let deleted = try await imported(vault, "--update")
        #expect(deleted["deleted"]?.int == 1 && deleted["updated"]?.int == 0)
    }

    @Test mutating func `an update reaches sensitive notes, and needs their key`() async throws {
        try #require(try await tool.run(["keys", "init", tool.sandbox.file("key")]).status == 0)
        tool.environment["HEARTH_KEY_FILE"] = tool.sandbox.file("key")
        let vault = try note("notes/a.md", "One")
        #expect(counts(try await imported(vault, "--sensitive")) == [1, 0, 0])
        _ = try note("notes/a.md", "Two")
        let updated = try await imported(vault, "--sensitive", "--update")
        #expect(counts(updated) == [0, 0, 0] && updated["updated"]?.int == 1)
        #expect(counts(try await imported(vault, "--sensitive")) == [0, 1, 0])
        #expect(try await texts() == ["# a\n\nTwo"])
    }

    @Test func `an update of a line takes its text alone`() async throws {
        let line = #"{"id": "m1", "user": "iris", "agent": "alden", "text": "tea"}"#
        let path = try tool.sandbox.write("lines.jsonl", line)
        try await tool.run("import", path)
        try await tool.run("edit", "m1", "--tag", "mine", "--metadata", "k=v", "--agent", "alden", "--publish")
        _ = try tool.sandbox.write("lines.jsonl", line.replacing("tea", with: "rice"))
        let updated = try await tool.json("import", path, "--update")
        #expect(counts(updated) == [0, 0, 0] && updated["updated"]?.int == 1)
        #expect(counts(try await tool.json("import", path)) == [0, 1, 0])
        let memory = try await tool.json("get", "m1", "--agent", "alden")
        #expect(memory["text"]?.string == "rice" && memory["tags"] == .array([.string("mine")]))
        #expect(memory["metadata"]?["k"]?.string == "v")
    }

    @Test func `a line whose id is here with another text is counted apart`() async throws {
        let line = #"{"id": "m1", "user": "iris", "agent": "alden", "text": "tea"}"#
        let path = try tool.sandbox.write("lines.jsonl", line)
        try await tool.run("import", path)
        _ = try tool.sandbox.write("lines.jsonl", line.replacing("tea", with: "rice"))
        let again = try await tool.json("import", path)
        #expect(counts(again) == [0, 0, 1] && again["differences"]?[0]?["place"]?.string == "line 1")
        try await tool.run("delete", "m1", "--agent", "alden", "--publish")
        let deleted = try await tool.json("import", path)
        #expect(counts(deleted) == [0, 0, 0] && deleted["deleted"]?.int == 1)
    }

    // MARK: Chats

    /// One question, with answers of which the last is shown; `more` follows that one.
    private func chatGPT(answers: [String], more: String? = nil) throws -> String {
        func node(_ id: String, _ parent: String, _ children: [String], _ role: String, _ text: String) -> String {
            let below = children.map { #""\#($0)""# }.joined(separator: ",")
            return #"""
                "\#(id)": {"parent": "\#(parent)", "children": [\#(below)], "message": {"id": "\#(id)", "author": {"role": "\#(role)"},
                "content": {"content_type": "text", "parts": ["\#(text)"]}}}
                """#
        }
        var nodes = [node("u", "root", answers, "user", "Which tree?")]
        for answer in answers {
            let isLast = answer == answers.last && more != nil
            nodes.append(node(answer, "u", isLast ? ["more"] : [], "assistant", answer))
        }
        if let more { nodes.append(node("more", answers.last ?? "u", [], "assistant", more)) }
        let current = more == nil ? answers.last ?? "u" : "more"
        return try tool.sandbox.write(
            "conversations.json",
            #"[{"id": "c", "current_node": "\#(current)", "mapping": {\#(nodes.joined(separator: ","))}}]"#
        )
    }

    @Test func `another answer in a later export of ChatGPT is stored beside the first one`() async throws {
        let question = "User: Which tree?"
        #expect(counts(try await imported(chatGPT(answers: []))) == [1, 0, 0])
        #expect(counts(try await imported(chatGPT(answers: ["Oak"]))) == [1, 0, 0])
        #expect(counts(try await imported(chatGPT(answers: ["Oak", "Lime"]))) == [1, 0, 0])
        #expect(counts(try await imported(chatGPT(answers: ["Oak", "Lime"], more: "Or elm"))) == [1, 0, 0])
        let all: Set<String> = [
            question, question + "\n\nChatGPT: Oak", question + "\n\nChatGPT: Lime",
            question + "\n\nChatGPT: Lime\n\nOr elm",
        ]
        #expect(try await texts() == all)
        // Whichever of the exports comes again, and with its branches: all of it is there.
        for answers in [[], ["Oak"], ["Oak", "Lime"], ["Lime", "Oak"]] {
            for options in [[], ["--all-branches"]] {
                let path = try chatGPT(answers: answers)
                let again = try await tool.json(["import", path, "--agent", "alden", "--user", "iris"] + options)
                #expect(again["stored"]?.int == 0 && again["differing"]?.int == 0, "\(answers) \(options)")
            }
        }
        #expect(try await texts() == all)
    }

    @Test mutating func `another answer in a later export is stored beside the first one, sensitive as they are`()
        async throws
    {
        try #require(try await tool.run(["keys", "init", tool.sandbox.file("key")]).status == 0)
        tool.environment["HEARTH_KEY_FILE"] = tool.sandbox.file("key")
        #expect(counts(try await imported(chatGPT(answers: ["Oak"]), "--sensitive")) == [1, 0, 0])
        #expect(counts(try await imported(chatGPT(answers: ["Oak", "Lime"]), "--sensitive")) == [1, 0, 0])
        #expect(counts(try await imported(chatGPT(answers: ["Oak", "Lime"]), "--sensitive")) == [0, 1, 0])
        let question = "User: Which tree?"
        #expect(try await texts() == [question + "\n\nChatGPT: Oak", question + "\n\nChatGPT: Lime"])
    }

    @Test func `an answer that comes later in an export of Claude is stored, and what was deleted here stays deleted`()
        async throws
    {
        func path(_ answer: String?) throws -> String {
            var messages = [#"{"uuid": "q", "sender": "human", "text": "When?"}"#]
            if let answer { messages.append(#"{"uuid": "\#(answer)", "sender": "assistant", "text": "\#(answer)"}"#) }
            return try tool.sandbox.write(
                "claude.json",
                #"[{"uuid": "c", "chat_messages": [\#(messages.joined(separator: ","))]}]"#
            )
        }
        #expect(counts(try await imported(path(nil))) == [1, 0, 0])
        #expect(counts(try await imported(path("March"))) == [1, 0, 0])
        #expect(counts(try await imported(path("March"))) == [0, 1, 0])
        let listed = try await tool.json("list", "--agent", "alden", "--user", "iris")["memories"]?.array ?? []
        for memory in listed {
            try await tool.run("delete", #require(memory["id"]?.string), "--agent", "alden", "--publish")
        }
        for answer in [nil, "March", "April"] {
            let again = try await imported(path(answer))
            #expect(counts(again) == [0, 0, 0] && again["deleted"]?.int == 1, "\(String(describing: answer))")
        }
    }

    @Test func `a chat that a file has twice is stored as often as it says something else`() async throws {
        let chat = try String(decoding: Data(contentsOf: URL(filePath: chatGPT(answers: ["Oak"]))), as: UTF8.self)
            .dropFirst().dropLast()
        let path = try tool.sandbox.write("twice.json", "[\(chat), \(chat.replacing("Oak", with: "Elm")), \(chat)]")
        #expect(counts(try await imported(path)) == [2, 1, 0])
        #expect(counts(try await imported(path)) == [0, 3, 0])
    }

    // MARK: Items of LangGraph

    /// A copy of the fixture after some statements.
    private func langGraph(_ statements: String = "") throws -> String {
        let path = tool.sandbox.file("langgraph.db")
        if !tool.sandbox.exists("langgraph.db") {
            try FileManager.default.copyItem(atPath: Fixtures.path(of: "imports/langgraph.db"), toPath: path)
        }
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        #expect(sqlite3_open(path, &database) == SQLITE_OK)
        #expect(sqlite3_exec(database, statements, nil, nil, nil) == SQLITE_OK, "\(statements)")
        return path
    }

    @Test func `a value that is put again leaves no second memory beside the first`() async throws {
        #expect(counts(try await imported(langGraph())) == [4, 0, 0])
        // As SqliteStore does it, which makes the row anew.
        let same = try langGraph(
            "INSERT OR REPLACE INTO store (prefix, key, value) SELECT prefix, key, value FROM store WHERE key = 'theme'"
        )
        #expect(counts(try await imported(same)) == [0, 4, 0])
        let other = try langGraph(
            #"INSERT OR REPLACE INTO store (prefix, key, value) VALUES ('memories.nora', 'tea', '{"text": "Nora drinks sencha"}')"#
        )
        let again = try await imported(other)
        #expect(counts(again) == [0, 3, 1] && again["differences"]?[0]?["place"]?.string?.contains("tea") == true)
    }

    @Test func `items that an earlier release stored under another id are found`() async throws {
        // What was stored of the first two items, whose time was part of the id then.
        let lines = [
            #"{"id": "mem_c476b49e62ba34dd845ea1d7de9bd7c2", "user": "iris", "agent": "alden", "text": "Nora drinks oolong"}"#,
            #"{"id": "mem_75dd1eebeb5462e202ca5f126d0e2639", "user": "iris", "agent": "alden", "text": "Nora lives in Kyoto 京都"}"#,
        ]
        try await tool.run("import", tool.sandbox.write("lines.jsonl", lines.joined(separator: "\n")))
        #expect(counts(try await imported(langGraph())) == [2, 2, 0])
        #expect(counts(try await imported(langGraph())) == [0, 4, 0])
        try await tool.run("delete", "mem_c476b49e62ba34dd845ea1d7de9bd7c2", "--agent", "alden", "--publish")
        let last = try await imported(langGraph())
        #expect(counts(last) == [0, 3, 0] && last["deleted"]?.int == 1)
    }

    // MARK: Decisions

    @Test func `an identifier of an earlier release is taken while it has the text`() {
        let draft = MemoryDraft(content: "tea", metadata: ["vault": "/b"])
        var candidate = ImportCandidate(
            memory: MemoryImport(id: "new", userID: "iris", agentID: "alden", draft: draft),
            place: "row 1",
            earlierIDs: ["old"]
        )
        let tea = HeldMemory(texts: ["tea"])
        let rice = HeldMemory(texts: ["rice"], metadata: ["vault": "/a"])
        let changed = HeldMemory(texts: ["rice"], metadata: ["vault": "/b"])
        #expect(candidate.fate { _ in nil } == .stored(as: "new"))
        #expect(candidate.fate { ["old": tea][$0] } == .stored(as: "old"))
        #expect(candidate.fate { ["old": HeldMemory(texts: ["tea", ""], isDeleted: true)][$0] } == .stored(as: "old"))
        #expect(candidate.fate { ["old": rice][$0] } == .stored(as: "new"))
        #expect(candidate.fate { ["old": rice, "new": rice][$0] } == .differing("new"))
        // What can't be read without a key is taken for the same.
        #expect(candidate.fate { ["new": HeldMemory(texts: nil)][$0] } == .stored(as: "new"))
        candidate.furtherIDs = ["next"]
        #expect(candidate.fate { ["new": rice][$0] } == .stored(as: "next"))
        #expect(candidate.fate { ["new": rice, "next": rice][$0] } == .differing("next"))
        candidate.tellingKey = "vault"
        #expect(candidate.fate { ["new": rice][$0] } == .stored(as: "next"))
        #expect(candidate.fate { ["new": changed][$0] } == .differing("new"))
        #expect(candidate.fate { ["new": HeldMemory(texts: ["rice"])][$0] } == .differing("new"))
        // Where tags and metadata count, a version has to have them with the text.
        candidate.placeKeys = ["vault"]
        candidate.memory.draft.tags = ["a", "b"]
        #expect(candidate.fate { ["new": tea][$0] } == .differing("new"))
        let labelled = HeldMemory.Version(text: "tea", tags: ["b", "a"], metadata: ["vault": "/c"])
        let other = HeldMemory.Version(text: "rice", tags: ["b"], metadata: ["status": "done"])
        #expect(candidate.fate { ["new": HeldMemory(versions: [labelled, other])][$0] } == .stored(as: "new"))
        candidate.memory.draft.metadata["status"] = "done"
        #expect(candidate.fate { ["new": HeldMemory(versions: [labelled, other])][$0] } == .differing("new"))
        #expect(candidate.fate { ["new": HeldMemory()][$0] } == .stored(as: "new"))
    }
}

extension HeldMemory {
    /// Versions of some texts, all with the same metadata.
    fileprivate init(texts: [String]?, metadata: [String: String] = [:], isDeleted: Bool = false) {
        self.init(versions: texts?.map { Version(text: $0, metadata: metadata) }, isDeleted: isDeleted)
    }
}
