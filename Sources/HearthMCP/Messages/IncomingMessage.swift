import HearthText

/// A line from the client, as far as JSON-RPC 2.0 tells what it is.
enum IncomingMessage {
    case request(Request)
    case notification(method: String, params: JSONObject)
    /// The answer to a request of the server's.
    case response(id: JSONValue, result: Result<JSONValue, RPCError>)

    /// A request of the client's.
    struct Request: Sendable {
        /// A string or a number.
        var id: JSONValue
        var method: String
        var params: JSONObject
    }

    /// Why a line is none of them, and the id that the answer is to have.
    struct Refusal: Error {
        var id: JSONValue = .null
        var error: RPCError
    }

    init(line: [UInt8]) throws(Refusal) {
        guard String(validating: line, as: UTF8.self) != nil else {
            throw Refusal(error: .parse("The line is not UTF-8."))
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(line, as: .lenient)
        } catch {
            guard error.isOfLimit else {
                throw Refusal(error: .parse("The line is not JSON: byte \(error.byte): \(error.reason)."))
            }
            throw Refusal(
                id: IdentifierScanner.id(in: line),
                error: .invalidRequest("The message can't be taken in: byte \(error.byte): \(error.reason).")
            )
        }
        guard let message = value.object else {
            let batch = value.array == nil ? "" : " This protocol has no batches: send one message a line."
            throw Refusal(error: .invalidRequest("A message is an object, not \(value.kind).\(batch)"))
        }
        let id = try Self.id(of: message)
        func refusal(_ reason: String) -> Refusal { Refusal(id: id ?? .null, error: .invalidRequest(reason)) }
        guard message["jsonrpc"] == "2.0" else { throw refusal("The member jsonrpc must be \"2.0\".") }
        guard let named = message["method"] else {
            guard let id else { throw refusal("The message has neither a method nor an id.") }
            if let result = message["result"] {
                self = .response(id: id, result: .success(result))
            } else if let error = message["error"] {
                let said = RPCError(
                    code: Int64(error["code"]?.integer ?? 0),
                    message: error["message"]?.string ?? ""
                )
                self = .response(id: id, result: .failure(said))
            } else {
                throw refusal("The message has no method, no result and no error.")
            }
            return
        }
        guard let method = named.string else { throw refusal("The method must be a string, not \(named.kind).") }
        let params: JSONObject
        switch message["params"] {
        case nil, .null: params = [:]
        case .object(let object): params = object
        case let other?:
            throw Refusal(id: id ?? .null, error: .invalidParams("The params must be an object, not \(other.kind)."))
        }
        self =
            id.map { IncomingMessage.request(Request(id: $0, method: method, params: params)) }
            ?? .notification(method: method, params: params)
    }

    private static func id(of message: JSONObject) throws(Refusal) -> JSONValue? {
        switch message["id"] {
        case nil: return nil
        case let id? where id.string != nil || id.double != nil: return id
        case let other?:
            throw Refusal(error: .invalidRequest("The id must be a string or a number, not \(other.kind)."))
        }
    }
}
