import HearthText

extension JSONValue {
    /// The text of a member, if it has any letters to show.
    func text(_ key: String) -> String? {
        self[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value as text for metadata; nil for null.
    var metadataText: String? {
        switch self {
        case .null: nil
        case .string(let text): text
        default: text
        }
    }
}

extension [String: String] {
    /// Notes a value of the other program's; nothing for nil and null. One that is there under that key stays, and this
    /// one is kept under another.
    mutating func note(_ key: String, _ value: JSONValue?) {
        if let text = value?.metadataText { self[freeKey(key, for: text)] = text }
    }

    /// Sets a value of the import's own; nothing for nil. What people had under that key is kept under another.
    mutating func set(_ key: String, _ value: String?) {
        guard let value else { return }
        if let theirs = updateValue(value, forKey: key), theirs != value {
            self[freeKey(key, for: theirs)] = theirs
        }
    }

    /// The key itself, or one that says that it was another's: `original_source`.
    private func freeKey(_ key: String, for value: String) -> String {
        var candidate = key
        var number = 1
        while let taken = self[candidate], taken != value {
            candidate = "original_\(key)\(number > 1 ? "_\(number)" : "")"
            number += 1
        }
        return candidate
    }

    /// Notes all members of an object but some.
    mutating func note(_ object: JSONObject?, except known: Set<String> = []) {
        for member in object?.members ?? [] where !known.contains(member.key) { note(member.key, member.value) }
    }
}
