import HearthText

/// A tool that a model may call.
struct Tool: Sendable {
    var name: String
    /// Names that it had in earlier releases of the server whose tool it is: answered to, and not listed.
    var formerNames: [String] = []
    /// Written for a model that has never seen it: what it does, when to use it and when not.
    var description: String
    var arguments: [Argument] = []
    /// What the result has; each is always there unless it is optional.
    var results: [Field]
    var effect: Effect
    var run: @Sendable (ToolCall) async throws -> JSONObject

    /// What a call does to the memory.
    enum Effect {
        case reads
        /// It adds; calling again adds again.
        case adds
        /// It changes something to a state; calling again changes no more.
        case sets
        /// It takes something away; calling again takes no more away.
        case removes
        /// It replaces something, and history keeps what was there.
        case replaces
    }

    /// What kind of value an argument or a result is.
    indirect enum Kind: Sendable {
        case string, integer, number, boolean
        case choice([String])
        case list(Kind)
        case object
        /// An object of these members.
        case record([Field])
    }

    /// An argument.
    struct Argument: Sendable {
        var name: String
        var kind: Kind
        var isRequired = false
        var description: String?
        /// Names that models guess.
        var aliases: [String] = []
        /// Whether it is taken without being in the schema: what other servers have trained models to give.
        var isUnlisted = false
        /// Whether a blank text is refused.
        var mustSaySomething = false
        /// Whether a blank text says something where the argument may be left out, as what replaces a passage does.
        var mayBeBlank = false
    }

    /// A member of a result or of a record.
    struct Field: Sendable {
        var name: String
        var kind: Kind
        var isOptional = false
    }
}

extension Tool {
    /// The definition as `tools/list` gives it: flat schemas, without references.
    var definition: JSONValue {
        var properties = JSONObject()
        for argument in arguments where !argument.isUnlisted {
            properties[argument.name] = argument.kind.schema(argument.description)
        }
        let required = arguments.filter(\.isRequired).map { JSONValue.string($0.name) }
        return [
            "name": .string(name),
            "description": .string(description),
            "inputSchema": Self.schema(of: properties, required: required),
            "outputSchema": Self.schema(of: results),
            "annotations": effect.annotations,
        ]
    }

    fileprivate static func schema(of fields: [Field]) -> JSONValue {
        var properties = JSONObject()
        for field in fields { properties[field.name] = field.kind.schema(nil) }
        return schema(of: properties, required: fields.filter { !$0.isOptional }.map { .string($0.name) })
    }

    private static func schema(of properties: JSONObject, required: [JSONValue]) -> JSONValue {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required) }
        return .object(schema)
    }
}

extension Tool.Kind {
    fileprivate func schema(_ description: String?) -> JSONValue {
        var schema: JSONObject =
            switch self {
            case .string: ["type": "string"]
            case .integer: ["type": "integer"]
            case .number: ["type": "number"]
            case .boolean: ["type": "boolean"]
            case .choice(let choices): ["type": "string", "enum": .array(choices.map { .string($0) })]
            case .list(let element): ["type": "array", "items": element.schema(nil)]
            case .object: ["type": "object"]
            case .record(let fields): Tool.schema(of: fields).object ?? [:]
            }
        if let description { schema["description"] = .string(description) }
        return .object(schema)
    }
}

extension Tool.Effect {
    var isReading: Bool { self == .reads }

    fileprivate var annotations: JSONValue {
        switch self {
        case .reads: ["readOnlyHint": true]
        case .adds: ["destructiveHint": false]
        case .sets: ["destructiveHint": false, "idempotentHint": true]
        case .removes: ["idempotentHint": true]
        case .replaces: ["destructiveHint": true]
        }
    }
}

/// Why a call did nothing, in words from which a model knows what to do. It is part of a result: an error of the protocol would not
/// reach the model.
struct ToolFailure: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
