import HearthText

/// The fields of a line, by key.
struct LineFields {
    private let members: JSONObject

    init(_ line: InputLine) throws {
        guard let bytes = line.bytes else {
            throw FieldError("the line has more than \(LineReader.longestLine >> 20) MiB")
        }
        if let offset = bytes.withUnsafeBytes({ UTF8Text.firstInvalidByte(in: $0) }) {
            throw FieldError("not UTF-8: byte \(offset + 1) of the line begins no character")
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch  where bytes.dropFirst(error.byte - 1).starts(with: [0xEF, 0xBB, 0xBF]) {
            throw FieldError(
                "a byte order mark at byte \(error.byte) of the line, where two files may have been joined: begin a new line in its place"
            )
        } catch {
            throw FieldError("not JSON: \(error.reason), at byte \(error.byte) of the line")
        }
        guard case .object(let members) = value else { throw FieldError("\(value.kind) instead of an object") }
        self.members = members
    }

    var keys: Set<String> { Set(members.keys) }

    func requiredString(_ key: String) throws -> String {
        guard let text = try string(key) else { throw FieldError("\(key) is missing") }
        return text
    }

    func string(_ key: String) throws -> String? {
        switch value(key) {
        case nil: nil
        case .string(let text)?: text
        case let other?: throw FieldError("\(key) must be a string and is \(other.kind)")
        }
    }

    func number(_ key: String) throws -> Double? {
        switch value(key) {
        case nil: nil
        case .integer(let integer)?: Double(integer)
        case .number(let number)?: number
        case let other?: throw FieldError("\(key) must be a number and is \(other.kind)")
        }
    }

    func flag(_ key: String) throws -> Bool? {
        switch value(key) {
        case nil: nil
        case .bool(let flag)?: flag
        case let other?: throw FieldError("\(key) must be true or false and is \(other.kind)")
        }
    }

    func strings(_ key: String) throws -> [String]? {
        switch value(key) {
        case nil: return nil
        case .array(let elements)?:
            return try elements.map { element in
                guard case .string(let text) = element else {
                    throw FieldError("\(key) must be an array of strings and holds \(element.kind)")
                }
                return text
            }
        case let other?: throw FieldError("\(key) must be an array of strings and is \(other.kind)")
        }
    }

    /// A key whose value is null counts as absent.
    private func value(_ key: String) -> JSONValue? {
        members[key] == .null ? nil : members[key]
    }
}

/// What is wrong with one field of a line.
struct FieldError: Error {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
