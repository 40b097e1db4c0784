import HearthText

/// The elements of a long array of JSON, one after another, of which only one is in memory.
///
/// The array is the whole text, or stands under a key of the object that is the whole text. Other members of that object
/// are elements of their own, with their key.
struct JSONElements {
    struct Element {
        /// The key of the object that it stands under; nil in an array that is the whole text.
        var key: String?
        /// Null for one that is too long.
        var value: JSONValue
        /// Why it is not read, for people: it is too long, and was passed over.
        var refusal: String?
    }

    private enum State {
        case start
        case array(key: String?)
        case object
        case end
    }

    private var chunks: any Chunks
    private let arrays: Set<String>
    private var buffer: [UInt8] = []
    private var position = 0
    /// How many bytes came before the buffer.
    private var passed = 0
    private var state = State.start
    private var needsComma = false

    /// The longest element that is read.
    static let longestElement = 64 << 20

    private let longestElement: Int

    /// - Parameter arrays: Keys whose arrays are read element by element.
    init(_ chunks: any Chunks, arrays: Set<String> = [], longestElement: Int = Self.longestElement) {
        self.chunks = chunks
        self.arrays = arrays
        self.longestElement = longestElement
    }

    var fractionRead: Double { chunks.fractionRead }

    /// The next element, or nil after the last.
    ///
    /// - Throws: `ForeignFileError` for text that is no JSON or was cut off.
    mutating func next() throws -> Element? {
        while true {
            try skipWhiteSpace()
            switch state {
            case .start:
                if try peek() == 0xEF { try skipByteOrderMark() }
                if try skip("[") {
                    state = .array(key: nil)
                } else if try skip("{") {
                    state = .object
                } else {
                    throw try failure("an array or an object is expected")
                }
            case .array(let key):
                if try skip("]") {
                    state = key == nil ? .end : .object
                    needsComma = true
                    continue
                }
                try comma()
                return try element(key)
            case .object:
                if try skip("}") {
                    state = .end
                    continue
                }
                try comma()
                let text = try element(nil)
                guard text.refusal == nil, case .string(let key) = text.value else {
                    throw try failure("a key is expected")
                }
                try skipWhiteSpace()
                guard try skip(":") else { throw try failure("a colon is expected") }
                try skipWhiteSpace()
                if arrays.contains(key), try skip("[") {
                    (state, needsComma) = (.array(key: key), false)
                    continue
                }
                return try element(key)
            case .end:
                guard try peek() == nil else { throw try failure("something follows the end") }
                return nil
            }
        }
    }

    private mutating func comma() throws {
        if needsComma, try !skip(",") { throw try failure("a comma is expected") }
        needsComma = true
        try skipWhiteSpace()
    }

    /// Reads one value as it stands, and then what it says.
    private mutating func element(_ key: String?) throws -> Element {
        let start = passed + position
        guard let bytes = try rawValue() else {
            let length = (passed + position - start) >> 20
            return Element(
                key: key,
                value: .null,
                refusal: "it has \(length) MiB, and no more than \(longestElement >> 20) are read of one"
            )
        }
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw damaged("byte \(start + error.byteOffsets.lowerBound + 1) belongs to no character of UTF-8")
        }
        do throws(JSONSyntaxError) {
            return Element(key: key, value: try JSONParser.parse(bytes, as: .lenient))
        } catch {
            throw damaged("it is not JSON at byte \(start + error.byte): \(error.reason)")
        }
    }

    /// The bytes of a value; nil for one that is too long, which is passed over without being kept.
    private mutating func rawValue() throws -> [UInt8]? {
        var bytes: [UInt8] = []
        var isTooLong = false
        var depth = 0
        var isInString = false
        var isEscaped = false
        guard let first = try peek() else { throw try failure("a value is expected") }
        let isScalar = !Self.opens(first) && first != UInt8(ascii: "\"")
        while try fill() {
            let start = position
            var isDone = false
            scan: while position < buffer.count {
                let byte = buffer[position]
                if isScalar {
                    if Self.ends(byte) {
                        isDone = true
                        break scan
                    }
                } else if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                        isDone = depth == 0
                    }
                } else if byte == UInt8(ascii: "\"") {
                    isInString = true
                } else if Self.opens(byte) {
                    depth += 1
                } else if Self.closes(byte) {
                    depth -= 1
                    isDone = depth == 0
                }
                position += 1
                if isDone { break }
            }
            if !isTooLong { bytes += buffer[start..<position] }
            if bytes.count > longestElement { (bytes, isTooLong) = ([], true) }
            if isDone { return isTooLong ? nil : bytes }
        }
        // A number may be all that there is; an array or an object that has begun must end.
        throw try failure("a value is expected")
    }

    private static func opens(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }

    private static func closes(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }

    private static func ends(_ byte: UInt8) -> Bool {
        closes(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || isWhite(byte)
    }

    private static func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Makes sure that there are unread bytes; false at the end.
    private mutating func fill() throws -> Bool {
        while position == buffer.count {
            guard let next = try chunks.next() else { return false }
            passed += buffer.count
            (buffer, position) = (next, 0)
        }
        return true
    }

    private mutating func peek() throws -> UInt8? { try fill() ? buffer[position] : nil }

    private mutating func skip(_ character: Unicode.Scalar) throws -> Bool {
        guard try peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipWhiteSpace() throws {
        while let byte = try peek(), Self.isWhite(byte) { position += 1 }
    }

    private mutating func skipByteOrderMark() throws {
        for byte: UInt8 in [0xEF, 0xBB, 0xBF] {
            guard try peek() == byte else { throw try failure("an array or an object is expected") }
            position += 1
        }
        try skipWhiteSpace()
    }

    private mutating func failure(_ expected: String) throws -> ForeignFileError {
        guard try peek() != nil else { return damaged("it ends in the middle, after \(passed + position) bytes") }
        return damaged("it is not JSON at byte \(passed + position + 1): \(expected)")
    }

    private func damaged(_ finding: String) -> ForeignFileError { .damaged(chunks.name, finding) }
}
