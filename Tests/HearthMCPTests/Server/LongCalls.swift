import HearthMCP
import HearthMemory
import HearthText
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct LongCalls {
    /// A client that waits for a lease which another client has.
    private func waiting(_ meta: JSONObject = [:]) async throws -> (
        holder: Client, waiter: Client, id: JSONValue, request: JSONValue
    ) {
        let holder = try await Client { $0.tools = .all }
        let id = try #require(try await holder.call("remember", ["content": "Held."])["id"])
        _ = try await holder.call("lock", ["id": id, "seconds": 86_400])
        let waiter = try await Client("alden", on: holder.coordinator) { $0.tools = .all }
        let request = waiter.begin(
            "tools/call",
            Client.modern(["name": "lock", "arguments": ["id": id, "wait": 86_400]], meta: meta)
        )
        return (holder, waiter, id, request)
    }

    @Test func `a call that is cancelled stops, has no answer, and leaves no place in the queue`() async throws {
        let (holder, waiter, id, request) = try await waiting()
        waiter.send(["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": request]])
        // The id is free again once the call has stopped.
        try await until {
            waiter.send(["jsonrpc": "2.0", "id": request, "method": "tools/list", "params": Client.modern([:])])
            return try waiter.received.contains { $0["id"] == request && $0["result"]?["tools"] != nil }
        }
        _ = try await holder.call("unlock", ["id": id])
        #expect(try await waiter.call("lock", ["id": id])["locked"] == true)
        #expect(try !waiter.received.contains { $0["id"] == request && $0["result"]?["content"] != nil })
        await waiter.server.close()
        try await holder.close()
    }

    @Test func `a long call tells a client that asks how it goes, and other calls are answered meanwhile`() async throws
    {
        let (holder, waiter, id, request) = try await waiting(["progressToken": "p-1"])
        #expect(try await waiter.call("status")["agent"] == "alden")
        try await until { try waiter.notifications("notifications/progress").count >= 2 }
        let progress = try waiter.notifications("notifications/progress")
        #expect(progress.allSatisfy { $0["progressToken"] == "p-1" })
        let steps = progress.compactMap { $0["progress"]?.double }
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
        _ = try await holder.call("unlock", ["id": id])
        #expect(try await waiter.answer(to: request).at("result", "structuredContent", "locked") == true)
        await waiter.server.close()
        try await holder.close()
    }

    @Test func `closing ends what is running and gives leases back`() async throws {
        let (holder, waiter, id, _) = try await waiting()
        await waiter.server.close()
        await holder.server.close()
        let memory = MemoryID(rawValue: id.string ?? "")
        let lock = try await holder.coordinator.syncService.acquireMemoryLock(
            memoryID: memory,
            agentID: "alden",
            waitForLock: false
        )
        #expect(lock != nil)
        try await holder.coordinator.close()
    }
}
