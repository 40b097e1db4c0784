import HearthText

/// The arguments of a call, by the names of the tool's own.
struct ToolArguments: Sendable {
    private var values: [String: JSONValue] = [:]

    /// Reads what a model gave. A name that models guess counts as the one it stands for. A null counts as not given, and so does a
    /// blank text for an argument that may be left out: models fill those with it.
    ///
    /// - Throws: For a name that the tool doesn't have, a kind that doesn't fit, an argument that is missing, and one that is given
    ///   twice with different values: it is not for the tool to choose.
    init(_ given: JSONObject, of tool: Tool) throws(ToolFailure) {
        var names: [String: String] = [:]
        for member in given.members where member.value != .null {
            guard let argument = tool.arguments.first(where: { $0.answers(to: member.key) }) else {
                throw ToolFailure(Self.unknown(member.key, of: tool))
            }
            let isBlank = member.value.string?.allSatisfy(\.isWhitespace) == true
            if isBlank, argument.mustSaySomething {
                throw ToolFailure("\(argument.name) is blank; \(tool.name) needs some text there.")
            }
            if isBlank, !argument.isRequired, !argument.mayBeBlank { continue }
            let value = try argument.kind.accepting(member.value, as: member.key)
            if let before = values[argument.name], before != value {
                throw ToolFailure(
                    "\(names[argument.name] ?? argument.name) and \(member.key) are one argument of \(tool.name); give it once."
                )
            }
            (values[argument.name], names[argument.name]) = (value, member.key)
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
        let names = tool.arguments.filter { !$0.isUnlisted }.map(\.name)
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
    ///
    /// - Parameters:
    ///   - value: What was given.
    ///   - place: Where it stands, such as `entities[0].name`.
    fileprivate func accepting(_ value: JSONValue, as place: String) throws(ToolFailure) -> JSONValue {
        switch self {
        case .list(let element):
            guard let elements = value.array ?? Self.written(value)?.array else {
                // One alone is a list of it.
                do {
                    return .array([try element.accepting(value, as: place)])
                } catch {
                    throw unfit(value, place)
                }
            }
            var accepted: [JSONValue] = []
            for (index, given) in elements.enumerated() {
                accepted.append(try element.accepting(given, as: "\(place)[\(index)]"))
            }
            return .array(accepted)
        case .record(let fields):
            guard let object = value.object ?? Self.written(value)?.object else { throw unfit(value, place) }
            var accepted = JSONObject()
            for field in fields {
                guard let given = object[field.name], given != .null else {
                    if field.isOptional { continue }
                    throw ToolFailure("\(place) lacks \(field.name), \(field.kind.words).")
                }
                accepted[field.name] = try field.kind.accepting(given, as: "\(place).\(field.name)")
            }
            return .object(accepted)
        default:
            guard let accepted = accepting(value) else { throw unfit(value, place) }
            return accepted
        }
    }

    /// A list or an object that a model has written into a string.
    private static func written(_ value: JSONValue) -> JSONValue? {
        guard let text = value.string, let first = text.first(where: { !$0.isWhitespace }), "[{".contains(first) else {
            return nil
        }
        do {
            return try JSONParser.parse(Array(text.utf8), as: .lenient)
        } catch {
            // It is a text that begins with a bracket.
            return nil
        }
    }

    private func unfit(_ value: JSONValue, _ place: String) -> ToolFailure {
        if case .choice = self, let text = value.string {
            return ToolFailure("\(place) must be \(words), not \(text).")
        }
        return ToolFailure("\(place) must be \(words), not \(value.kind).")
    }

    /// The same of what has no parts.
    private func accepting(_ value: JSONValue) -> JSONValue? {
        switch self {
        case .string:
            if value.string != nil { return value }
            return value.double == nil ? nil : .string(value.text)
        case .choice(let choices): return value.string.map { choices.contains($0) } == true ? value : nil
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
        case .object: return value.object == nil ? Self.written(value).flatMap { $0.object == nil ? nil : $0 } : value
        case .list, .record: return nil
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
