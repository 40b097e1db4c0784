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
    /// Notes a value; nothing for nil and null.
    mutating func note(_ key: String, _ value: JSONValue?) {
        if let text = value?.metadataText { self[key] = text }
    }

    /// Notes all members of an object but some.
    mutating func note(_ object: JSONObject?, except known: Set<String> = []) {
        for member in object?.members ?? [] where !known.contains(member.key) { note(member.key, member.value) }
    }
}

extension Sequence<String> {
    /// Labels as a store takes them: without blanks around them, none empty, none twice.
    var asTags: [String] {
        var seen: Set<String> = []
        return compactMap { tag in
            let words = tag.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return !words.isEmpty && seen.insert(words).inserted ? words : nil
        }
    }
}
