import HearthText

/// An error of the protocol, as JSON-RPC 2.0 answers it. What a tool refuses is no such error: the model is to see it.
struct RPCError: Error, Equatable {
    var code: Int64
    var message: String
    var data: JSONValue?

    static func parse(_ message: String) -> RPCError { RPCError(code: -32700, message: message) }
    static func invalidRequest(_ message: String) -> RPCError { RPCError(code: -32600, message: message) }
    static func methodNotFound(_ method: String) -> RPCError {
        RPCError(code: -32601, message: "There is no method \(method).")
    }
    static func invalidParams(_ message: String) -> RPCError { RPCError(code: -32602, message: message) }
    static func internalError(_ message: String) -> RPCError { RPCError(code: -32603, message: message) }
    /// The specification wants codes of an implementation's own outside the range that JSON-RPC reserves.
    static func tooMany(_ message: String) -> RPCError { RPCError(code: 429, message: message) }

    static func unsupportedVersion(_ version: String) -> RPCError {
        RPCError(
            code: -32022,
            message: ProtocolVersion.sessions.contains(version)
                ? "\(version) begins with initialize; a request that names its version itself speaks \(ProtocolVersion.modern)."
                : "Protocol version \(version) is not supported.",
            data: ["supported": .array(ProtocolVersion.all.map { .string($0) }), "requested": .string(version)]
        )
    }

    /// Sessions have a code of their own for this; the stateless revision counts it among wrong parameters.
    static func resourceNotFound(_ uri: String, in era: Era) -> RPCError {
        RPCError(
            code: era.isModern ? -32602 : -32002,
            message:
                "There is no resource \(uri). resources/list and resources/templates/list name those that there are.",
            data: ["uri": .string(uri)]
        )
    }

    var value: JSONValue {
        var error: JSONObject = ["code": .integer(code), "message": .string(message)]
        if let data { error["data"] = data }
        return .object(error)
    }
}
