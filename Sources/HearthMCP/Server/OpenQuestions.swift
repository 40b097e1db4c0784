import HearthText
import Synchronization

/// The questions that the server has asked a client in a session, and that wait for answers.
final class OpenQuestions: Sendable {
    private struct State {
        var waiting: [JSONValue: CheckedContinuation<Result<JSONValue, RPCError>, Never>] = [:]
        var asked = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Asks, and waits for the answer.
    func ask(_ question: Question, _ outbox: Outbox) async throws -> Answer {
        let id = state.withLock { state in
            state.asked += 1
            return JSONValue.string("hearth-\(state.asked)")
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<JSONValue, RPCError>, Never>) in
                let isClosed = state.withLock { state in
                    if !state.isClosed { state.waiting[id] = continuation }
                    return state.isClosed
                }
                guard !isClosed, !Task.isCancelled else {
                    return self.answer(id, .failure(.internalError("cancelled")), or: isClosed ? continuation : nil)
                }
                var request = question.request.object ?? [:]
                request["id"] = id
                outbox.send(request)
            }
        } onCancel: {
            self.answer(id, .failure(.internalError("cancelled")))
        }
        try Task.checkCancellation()
        return switch answer {
        case .success(let value): Answer(value) ?? .declined
        case .failure: .declined
        }
    }

    /// Takes an answer; one to a question that was not asked is ignored.
    func answer(_ id: JSONValue, _ result: Result<JSONValue, RPCError>) {
        answer(id, result, or: nil)
    }

    private func answer(
        _ id: JSONValue,
        _ result: Result<JSONValue, RPCError>,
        or other: CheckedContinuation<Result<JSONValue, RPCError>, Never>?
    ) {
        let continuation = state.withLock { $0.waiting.removeValue(forKey: id) } ?? other
        continuation?.resume(returning: result)
    }

    /// Answers every question with nothing, and those to come.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: .failure(.internalError("closed"))) }
    }
}

extension Question {
    /// The name of the form's one field.
    fileprivate static let field = "choice"

    /// The form as the protocol asks it, in either era.
    var request: JSONValue {
        let options = choices.map { JSONValue.object(["const": .string($0.value), "title": .string($0.title)]) }
        return [
            "method": "elicitation/create",
            "params": [
                "mode": "form", "message": .string(message),
                "requestedSchema": [
                    "type": "object",
                    "properties": [Self.field: ["type": "string", "oneOf": .array(options)]],
                    "required": [.string(Self.field)],
                ],
            ],
        ]
    }
}

extension Answer {
    /// What a client says of a form; nil for what is no answer to it.
    init?(_ value: JSONValue) {
        switch value["action"] {
        case "accept":
            guard let choice = value["content"]?[Question.field]?.string else { return nil }
            self = .chose(choice)
        case "decline", "cancel": self = .declined
        default: return nil
        }
    }
}
