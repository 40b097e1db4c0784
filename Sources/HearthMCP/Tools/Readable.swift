import HearthText

/// What could be read of the memories.
struct Readable<Value> {
    var value: Value
    /// Whether sensitive memories are left out, because the server was started without the key for them.
    var lacksSensitive = false

    /// What a model is to be told of it; nil where nothing is left out.
    var note: String? {
        lacksSensitive
            ? "Sensitive memories are left out: the server was started without their key (--key-file)." : nil
    }

    func map<R>(_ transform: (Value) throws -> R) rethrows -> Readable<R> {
        Readable<R>(value: try transform(value), lacksSensitive: lacksSensitive)
    }
}

extension Readable<JSONObject> {
    /// The result of a tool, which says what is left out.
    var result: JSONObject {
        var result = value
        if let note { result["note"] = .string(note) }
        return result
    }
}

extension Readable: Sendable where Value: Sendable {}
