/// A reader of one JSON value (RFC 8259), for messages that say what is wrong with a line, and where.
///
/// Foundation's decoder says only that a line was not JSON, accepts a key that is given twice, and guesses encodings.
/// The bytes given here must be UTF-8 already.
package struct JSONParser {
    /// What becomes of text that RFC 8259 leaves open.
    package enum Dialect: Sendable {
        /// A key that is given twice and half of a surrogate pair are refused: a person wrote the text, and one of both is a mistake.
        case strict
        /// The last value of a key counts, and half of a surrogate pair becomes U+FFFD, as programs send that cut UTF-16 in two.
        case lenient
    }

    private let bytes: [UInt8]
    private let dialect: Dialect
    private var index = 0
    private var depth = 0

    /// Deep enough for any honest line; a line of brackets must not exhaust the stack.
    private static let greatestDepth = 64

    private init(_ bytes: [UInt8], _ dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    /// Reads exactly one value with white space around it.
    package static func parse(_ bytes: [UInt8], as dialect: Dialect = .strict) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes, dialect)
        parser.skipWhiteSpace()
        let value = try parser.value()
        parser.skipWhiteSpace()
        guard parser.index == bytes.count else { throw parser.error("something follows the value") }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        switch peek {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"): return try number()
        case _ where isDigit: return try number()
        default: return try word()
        }
    }

    private mutating func nested(
        _ read: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
    ) throws(JSONSyntaxError) -> JSONValue {
        depth += 1
        guard depth <= Self.greatestDepth else {
            let reason = "values are nested more than \(Self.greatestDepth) deep"
            throw JSONSyntaxError(byte: index + 1, reason: reason, isOfLimit: true)
        }
        index += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        var members = JSONObject()
        skipWhiteSpace()
        if skip("}") { return .object(members) }
        while true {
            skipWhiteSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("a key in quotation marks is expected") }
            let start = index
            let key = try string()
            skipWhiteSpace()
            guard skip(":") else { throw error("a colon is expected") }
            skipWhiteSpace()
            let value = try value()
            // Two forms of one key in Unicode are one key, as they are one text, one tag and one identifier.
            guard dialect == .lenient || members[key] == nil else {
                throw JSONSyntaxError(byte: start + 1, reason: "the key \"\(key)\" is given twice")
            }
            members[key] = value
            skipWhiteSpace()
            if skip("}") { return .object(members) }
            guard skip(",") else { throw error("a comma or } is expected") }
        }
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if skip("]") { return .array(elements) }
        while true {
            skipWhiteSpace()
            elements.append(try value())
            skipWhiteSpace()
            if skip("]") { return .array(elements) }
            guard skip(",") else { throw error("a comma or ] is expected") }
        }
    }

    private mutating func word() throws(JSONSyntaxError) -> JSONValue {
        let rest = bytes[index...].prefix { Character(Unicode.Scalar($0)).isLetter }
        let value: JSONValue? =
            switch String(decoding: rest, as: UTF8.self) {
            case "true": .bool(true)
            case "false": .bool(false)
            case "null": .null
            case "NaN", "Infinity": throw error("JSON knows neither NaN nor Infinity")
            default: nil
            }
        guard let value else { throw error("a value is expected") }
        index += rest.count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = index
        var isInteger = true
        _ = skip("-")
        if skip("0") {
            guard !isDigit else { throw error("a number can't begin with 0") }
        } else {
            try digits()
        }
        if skip(".") {
            isInteger = false
            try digits()
        }
        if skip("e") || skip("E") {
            isInteger = false
            if !skip("+") { _ = skip("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw JSONSyntaxError(byte: start + 1, reason: "the number is too great", isOfLimit: true)
        }
        return .number(number)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        guard isDigit else { throw error("a digit is expected") }
        while isDigit { index += 1 }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        index += 1
        var text: [UInt8] = []
        while true {
            let plain = bytes[index...].prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") && $0 >= 0x20 }
            text += plain
            index += plain.count
            switch peek {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try escape(into: &text)
            case nil:
                throw error("a closing quotation mark is expected")
            default:
                throw error("a control character in a string must be escaped")
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        index += 1
        guard let letter = peek else { throw error("a closing quotation mark is expected") }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += UTF8.encode(try escapedScalar())!
        default:
            index -= 1
            throw error("there is no such escape")
        }
    }

    /// The scalar of a \u escape, whose first four digits come next, or of two that form a surrogate pair.
    private mutating func escapedScalar() throws(JSONSyntaxError) -> Unicode.Scalar {
        let start = index
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let back = index
        if UTF16.isLeadSurrogate(UInt16(first)), skip("\\"), skip("u") {
            let second = try fourHexDigits()
            if UTF16.isTrailSurrogate(UInt16(second)),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        guard dialect == .lenient else {
            throw JSONSyntaxError(byte: start + 1, reason: "half of a surrogate pair stands alone")
        }
        index = back
        return "\u{FFFD}"
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits are expected") }
        index += 4
        return value
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private var isDigit: Bool { peek.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipWhiteSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { index += 1 }
    }

    private func error(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(byte: index + 1, reason: index < bytes.count ? reason : "the line ends in the middle")
    }
}

/// Why bytes are not JSON, and where.
package struct JSONSyntaxError: Error, Equatable {
    /// Counted from 1.
    package var byte: Int
    package var reason: String
    /// Whether what stands there is JSON so far, and no reader need take it: a number that is too great, or values nested too deep.
    package var isOfLimit = false
}
