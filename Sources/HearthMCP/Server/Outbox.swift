import HearthText
import Synchronization

/// Where messages go: each whole, one at a time.
final class Outbox: Sendable {
    private let write: @Sendable ([UInt8]) -> Void
    private let turn = Mutex(())

    init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
        self.write = write
    }

    func send(_ message: JSONObject) {
        var whole: JSONObject = ["jsonrpc": "2.0"]
        for member in message.members { whole[member.key] = member.value }
        let line = JSONValue.object(whole).bytes + [UInt8(ascii: "\n")]
        turn.withLock { _ in write(line) }
    }

    func answer(_ id: JSONValue, _ result: JSONObject) {
        send(["id": id, "result": .object(result)])
    }

    func refuse(_ id: JSONValue, _ error: RPCError) {
        send(["id": id, "error": error.value])
    }

    func notify(_ method: String, _ params: JSONObject) {
        send(["method": .string(method), "params": .object(params)])
    }
}
