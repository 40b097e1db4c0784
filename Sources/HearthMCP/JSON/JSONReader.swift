/// Reads one JSON value from bytes.
///
/// It keeps what Foundation's decoders lose: the order of members and every digit of an integer. Half of a surrogate pair, as programs
/// send that cut UTF-16 in two, becomes U+FFFD, as the standard library does with broken text.
package struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0

    /// Deep enough for any message; a line of brackets must not exhaust the stack.
    private static let greatestDepth = 128

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// Why bytes are not JSON, and at which byte, counted from 1.
    package struct Failure: Error, Equatable {
        package var byte: Int
        package var reason: String
    }

    /// Reads exactly one value with white space around it.
    package static func read(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Failure(byte: 1, reason: "it is not UTF-8") }
        return try bytes.withUnsafeBufferPointer { buffer throws(Failure) in
            var reader = JSONReader(bytes: buffer)
            return try reader.document()
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private mutating func document() throws(Failure) -> JSONValue {
        skipBlanks()
        let value = try value()
        skipBlanks()
        guard index == bytes.count else { throw failure("something follows the value") }
        return value
    }

    private mutating func value() throws(Failure) -> JSONValue {
        switch peek {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.greatestDepth else { throw failure("it is nested too deep") }
            index += 1
            return bytes[index - 1] == UInt8(ascii: "{") ? .object(try object()) : .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte): return try number()
        case nil: throw failure("it ends in the middle")
        default: return try word()
        }
    }

    private mutating func object() throws(Failure) -> JSONObject {
        var object = JSONObject()
        skipBlanks()
        if skip("}") { return object }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw failure("a key in quotation marks is expected") }
            let key = try string()
            skipBlanks()
            guard skip(":") else { throw failure("a colon is expected") }
            skipBlanks()
            object[key] = try value()
            skipBlanks()
            if skip("}") { return object }
            guard skip(",") else { throw failure("a comma or } is expected") }
        }
    }

    private mutating func array() throws(Failure) -> [JSONValue] {
        var elements: [JSONValue] = []
        skipBlanks()
        if skip("]") { return elements }
        while true {
            skipBlanks()
            elements.append(try value())
            skipBlanks()
            if skip("]") { return elements }
            guard skip(",") else { throw failure("a comma or ] is expected") }
        }
    }

    private mutating func word() throws(Failure) -> JSONValue {
        for (word, value) in [("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null)]
        where bytes[index...].starts(with: word.utf8) {
            index += word.utf8.count
            return value
        }
        throw failure("a value is expected")
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = index
        var isInteger = true
        _ = skip("-")
        if !skip("0") { try digits() }
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
        guard let number = Double(text), number.isFinite else { throw failure("the number is too great") }
        return .number(number)
    }

    private mutating func digits() throws(Failure) {
        let start = index
        while let byte = peek, Self.digits.contains(byte) { index += 1 }
        guard index > start else { throw failure("a digit is expected") }
    }

    private mutating func string() throws(Failure) -> String {
        index += 1
        var text: [UInt8] = []
        while true {
            let start = index
            while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
            text += bytes[start..<index]
            switch peek {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case nil: throw failure("a closing quotation mark is expected")
            default: throw failure("a control character in a string must be escaped")
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        index += 1
        guard let letter = peek else { throw failure("it ends in the middle") }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += String(try escapedScalar()).utf8
        default: throw failure("there is no such escape")
        }
    }

    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let back = index
        if first < 0xDC00, skip("\\"), skip("u") {
            let second = try fourDigits()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        index = back
        return "\u{FFFD}"
    }

    private mutating func fourDigits() throws(Failure) -> UInt32 {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are expected") }
        index += 4
        return value
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A { index += 1 }
    }

    private func failure(_ reason: String) -> Failure { Failure(byte: index + 1, reason: reason) }
}
