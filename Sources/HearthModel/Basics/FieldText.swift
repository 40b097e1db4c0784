import FoundationEssentials

/// Lists and dictionaries of strings as JSON text columns.
///
/// Every store and every read of a memory comes through here, so it is written by hand: an empty list, as most are,
/// costs nothing, and only reading one that is not empty is left to Foundation.
package enum FieldText {
    package static func array(_ values: [String]) -> String {
        guard !values.isEmpty else { return "[]" }
        var text = "["
        for (index, value) in values.enumerated() {
            if index > 0 { text += "," }
            appendString(value, to: &text)
        }
        return text + "]"
    }

    /// Keys are sorted, so that equal dictionaries give equal text.
    package static func object(_ values: [String: String]) -> String {
        guard !values.isEmpty else { return "{}" }
        var text = "{"
        for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { text += "," }
            appendString(key, to: &text)
            text += ":"
            appendString(value, to: &text)
        }
        return text + "}"
    }

    /// A list as a column holds it that is NULL where there is nothing.
    package static func stored(_ values: [String]) -> String? { values.isEmpty ? nil : array(values) }

    /// A dictionary as a column holds it that is NULL where there is nothing.
    package static func stored(_ values: [String: String]) -> String? { values.isEmpty ? nil : object(values) }

    /// The list that a column holds; nothing where the column is NULL.
    ///
    /// - Throws: `.storeCorrupt` for text that is not an array of strings.
    package static func array(from text: String) throws -> [String] {
        text.isEmpty || text == "[]" ? [] : try decode([String].self, from: text)
    }

    /// The dictionary that a column holds; nothing where the column is NULL.
    ///
    /// - Throws: `.storeCorrupt` for text that is not an object of strings.
    package static func object(from text: String) throws -> [String: String] {
        text.isEmpty || text == "{}" ? [:] : try decode([String: String].self, from: text)
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw MemoryError.corrupt("A stored list of words does not read.")
        }
    }

    /// A string as JSON, in its quotation marks.
    package static func string(_ value: String) -> String {
        var text = ""
        appendString(value, to: &text)
        return text
    }

    private static func appendString(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
