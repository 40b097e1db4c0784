import HearthMemory
import Testing

@testable import hearth

@Suite struct LineJudgement {
    private func problem(_ text: String, defaultAgent: AgentID? = "alden") -> LineProblem? {
        do throws(LineProblem) {
            let line = InputLine(number: 7, bytes: Array(text.utf8))
            _ = try ImportLine(line, owners: ImportOwners(unnamed: defaultAgent, known: ["alden", "alice"]))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("hello", "not JSON"),
        ("{\"user\": \"iris\", \"text\": \"tea\"", "ends in the middle"),
        ("[1]", "an array instead of an object"),
        ("{\"text\": \"tea\"}", "user is missing"),
        ("{\"user\": \"iris\"}", "text is missing"),
        ("{\"user\": \"iris\", \"text\": null}", "text is missing"),
        ("{\"user\": \"iris\", \"text\": 5}", "text must be a string and is a number"),
        ("{\"user\": \"\", \"text\": \"tea\"}", "user identifier is empty"),
        ("{\"user\": \"a\\u0007b\", \"text\": \"tea\"}", "control character"),
        ("{\"user\": \"\(String(repeating: "é", count: 129))\", \"text\": \"tea\"}", "258 UTF-8 bytes"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"id\": \"\"}", "memory identifier is empty"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"session\": \"\"}", "session identifier is empty"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"agent\": \"nobody\"}", "\"nobody\" is not known"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"type\": \"episodical\"}", "none of episodic, semantic"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"category\": \"\"}", "category"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"tags\": \"a\"}", "tags must be an array of strings"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"tags\": [1]}", "holds a number"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"tags\": [\"\"]}", "tag"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"importance\": NaN}", "neither NaN nor Infinity"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"importance\": \"NaN\"}", "must be a number"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"importance\": 1.5}", "from 0 to 1"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"importance\": 1e999}", "too great"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"created_at\": \"2026-02-30T00:00:00Z\"}", "created_at"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"created_at\": \"2026-02-03T00:00:00\"}", "with a zone"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"created_at\": 1772385605}", "created_at must be a string"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"sensitive\": 1}", "sensitive must be true or false"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"sensitive\": true}", "a sensitive memory needs an id"),
        ("{\"user\": \"iris\", \"text\": \"half a \\ud83d\"}", "surrogate"),
    ])
    func `a line that is no memory is told why`(line: String, reason: String) throws {
        let found = try #require(problem(line))
        #expect(found.line == 7)
        #expect(found.reason.contains(reason), "\(found.reason)")
    }

    @Test func `a line without an agent needs one from elsewhere`() {
        let line = #"{"user": "iris", "text": "tea"}"#
        #expect(problem(line) == nil)
        #expect(problem(line, defaultAgent: nil)?.reason.contains("--agent") == true)
    }

    @Test func `null says no more than a key that is not there`() {
        #expect(problem(#"{"user": "iris", "text": "tea", "session": null, "tags": null, "importance": null}"#) == nil)
    }

    @Test func `text of no bytes is a memory`() {
        #expect(problem(#"{"user": "iris", "text": ""}"#) == nil)
    }
}
