import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct ToolSchemas {
    private func tools(_ configure: (inout ServerOptions) -> Void = { _ in }) async throws -> [JSONValue] {
        let client = try await Client(configure: configure)
        let tools = try #require(try await client.ask("tools/list").at("result", "tools")?.array)
        try await client.close()
        return tools
    }

    /// Real vocabularies make a token of more than four bytes of these definitions: `Fixtures/mcp/tokens.py` counts by four of them.
    @Test func `the tools of every day are within 900 tokens`() async throws {
        let tools = try await self.tools()
        #expect((JSONValue.array(tools).bytes.count + 3) / 4 <= 900)
        #expect(tools.compactMap { $0["name"]?.string } == MemoryToolNames.usual)
    }

    @Test func `all tools are there when all are asked for, a choice when some are, and readers when reading`()
        async throws
    {
        #expect(
            try await tools { $0.tools = .all }.compactMap { $0["name"]?.string } == MemoryToolNames.usual
                + MemoryToolNames.more
        )
        #expect(
            try await tools { $0.tools = .named(["sync", "recall"]) }.compactMap { $0["name"]?.string } == [
                "recall", "sync",
            ]
        )
        let reading = try await tools {
            $0.tools = .all
            $0.isReadOnly = true
        }
        #expect(
            reading.compactMap { $0["name"]?.string } == ["recall", "get", "browse", "conflicts", "history", "status"]
        )
        #expect(reading.allSatisfy { $0.at("annotations", "readOnlyHint") == true })
        await expect(.invalidArgument) { try await tools { $0.tools = .named(["recal"]) } }
        await expect(.invalidArgument) { try await tools { $0.tools = .named([]) } }
        await expect(.invalidArgument) {
            try await tools {
                $0.tools = .named(["remember"])
                $0.isReadOnly = true
            }
        }
    }

    @Test(arguments: ToolStyle.allCases)
    func `every schema is flat, says what is required, and has an object where an object belongs`(style: ToolStyle)
        async throws
    {
        for tool in try await tools({
            $0.tools = .all
            $0.style = style
        }) {
            let name = tool["name"]?.string ?? ""
            #expect(tool["description"]?.string?.isEmpty == false)
            #expect(tool["annotations"]?.object?.members.isEmpty == false)
            for schema in [tool["inputSchema"], tool["outputSchema"]] {
                #expect(schema?["type"] == "object", "\(name)")
                #expect(schema?["properties"]?.object != nil, "\(name)")
                let text = schema?.text ?? ""
                #expect(
                    !text.contains("$ref") && !text.contains("anyOf") && !text.contains("\"properties\":[]"),
                    "\(name)"
                )
                for required in schema?["required"]?.array ?? [] {
                    #expect(schema?["properties"]?[required.string ?? ""] != nil, "\(name)")
                }
            }
            let arguments = tool.at("inputSchema", "properties")?.object?.keys ?? []
            #expect(Set(arguments).isDisjoint(with: ["agent", "user", "agent_id", "user_id"]), "\(name)")
        }
    }
}

/// The tools in the order in which they are offered.
enum MemoryToolNames {
    static let usual = ["remember", "recall", "get", "browse", "revise", "forget", "conflicts", "resolve"]
    static let more = ["share", "unshare", "history", "roll_back", "sync", "lock", "unlock", "status"]
}
