import HearthText

/// The arguments of a call, by the names of the tool's own.
struct ToolArguments: Sendable {
    private var values: [String: JSONValue] = [:]

    /// Reads what a model gave. A name that models guess counts as the one it stands for; a null counts as not given.
    ///
    /// - Throws: For a name that the tool doesn't have, a kind that doesn't fit, and an argument that is missing.
    init(_ given: JSONObject, of tool: Tool) throws(ToolFailure) {
        for member in given.members where member.value != .null {
            guard let argument = tool.arguments.first(where: { $0.answers(to: member.key) }) else {
                throw ToolFailure(Self.unknown(member.key, of: tool))
            }
            guard values[argument.name] == nil || member.key == argument.name else { continue }
            guard let value = argument.kind.accepting(member.value) else {
                throw ToolFailure("\(argument.name) must be \(argument.kind.words), not \(member.value.kind).")
            }
            if case .choice(let choices) = argument.kind, let text = value.string, !choices.contains(text) {
                throw ToolFailure("\(argument.name) must be one of \(choices.joined(separator: ", ")).")
            }
            values[argument.name] = value
        }
        for argument in tool.arguments where argument.isRequired && values[argument.name] == nil {
            throw ToolFailure("\(tool.name) needs \(argument.name), \(argument.kind.words).")
        }
    }

    private static func unknown(_ key: String, of tool: Tool) -> String {
        let plain = Tool.Argument.plain(key)
        if ["agent", "agentid", "user", "userid"].contains(plain) {
            return
                "\(tool.name) takes no \(key): the agent and the user are fixed when the server starts. Leave it out."
        }
        let names = tool.arguments.map(\.name)
        return names.isEmpty
            ? "\(tool.name) takes no arguments; leave \(key) out."
            : "\(tool.name) has no argument \(key); it has \(names.joined(separator: ", "))."
    }

    subscript(name: String) -> JSONValue? { values[name] }

    func string(_ name: String) -> String? { values[name]?.string }
    func integer(_ name: String) -> Int? { values[name]?.integer }
    func number(_ name: String) -> Double? { values[name]?.double }
    func bool(_ name: String) -> Bool? { values[name]?.bool }
    func strings(_ name: String) -> [String]? { values[name]?.array?.compactMap(\.string) }

    /// An argument that the tool requires, so that it is there.
    func text(_ name: String) -> String { string(name) ?? "" }
}

extension Tool.Argument {
    /// A name without what models do differently: case, underscores and hyphens.
    fileprivate static func plain(_ name: String) -> String {
        String(name.lowercased().filter { $0 != "_" && $0 != "-" })
    }

    fileprivate func answers(to key: String) -> Bool {
        ([name] + aliases).contains { $0 == key || Self.plain($0) == Self.plain(key) }
    }
}

extension Tool.Kind {
    /// A value as this kind, where it is plain what was meant: `"5"` for 5, one text for a list of it.
    fileprivate func accepting(_ value: JSONValue) -> JSONValue? {
        switch self {
        case .string, .choice:
            if value.string != nil { return value }
            return value.double == nil ? nil : .string(value.text)
        case .integer:
            if let integer = value.integer ?? value.string.flatMap({ Int($0) }) { return .integer(Int64(integer)) }
            return nil
        case .number:
            if let number = value.double ?? value.string.flatMap({ Double($0) }), number.isFinite {
                return .number(number)
            }
            return nil
        case .boolean:
            switch value {
            case .bool: return value
            case "true": return true
            case "false": return false
            default: return nil
            }
        case .list(let element):
            guard let elements = value.array else { return element.accepting(value).map { .array([$0]) } }
            let accepted = elements.compactMap { element.accepting($0) }
            return accepted.count == elements.count ? .array(accepted) : nil
        case .object: return value.object == nil ? nil : value
        case .record(let fields):
            guard let object = value.object else { return nil }
            var accepted = JSONObject()
            for field in fields {
                guard let given = object[field.name], given != .null else {
                    if field.isOptional { continue }
                    return nil
                }
                guard let value = field.kind.accepting(given) else { return nil }
                accepted[field.name] = value
            }
            return .object(accepted)
        }
    }

    fileprivate var words: String {
        switch self {
        case .string: "a string"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .choice(let choices): "one of \(choices.joined(separator: ", "))"
        case .list(let element): "a list, each \(element.words)"
        case .object: "an object"
        case .record(let fields):
            "an object with \(fields.filter { !$0.isOptional }.map { "\($0.name) (\($0.kind.words))" }.joined(separator: ", "))"
        }
    }
}
