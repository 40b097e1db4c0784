import HearthText

/// Finds the id of a message that is too long to keep or nested too deep to read, so that its client learns which one was refused.
///
/// It is given the bytes as they come and keeps only the id: the value of the key `id` in the outermost object, if it is a string or
/// a number. What it is given need not be sound JSON.
struct IdentifierScanner: Sendable {
    /// The id, once it has come by.
    private(set) var id: JSONValue = .null

    private var depth = 0
    private var isInText = false
    private var isEscaped = false
    /// Whether a key of the outermost object may come next, not a value.
    private var isBeforeKey = false
    /// The token that may be the key or the id; nil while none is being read.
    private var token: [UInt8]?
    /// Whether the value that comes next is the id.
    private var isBeforeIdentifier = false

    /// An id is no longer than this, in bytes. What is longer is none.
    private static let longest = 256

    /// The id in a whole line.
    static func id(in line: [UInt8]) -> JSONValue {
        var scanner = IdentifierScanner()
        scanner.read(line[...])
        return scanner.id
    }

    mutating func read(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes { read(byte) }
    }

    private mutating func read(_ byte: UInt8) {
        if isInText {
            keep(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInText = true
            if depth == 1 { token = [byte] }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            (token, isBeforeIdentifier) = (nil, false)
            if depth == 1 { isBeforeKey = byte == UInt8(ascii: "{") }
        case UInt8(ascii: ":") where depth == 1:
            isBeforeIdentifier = isBeforeKey && token.map { $0.elementsEqual("\"id\"".utf8) } == true
            (token, isBeforeKey) = (nil, false)
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 1 { endValue() }
            if byte != UInt8(ascii: ",") { depth -= 1 }
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): break
        default:
            if depth == 1, isBeforeIdentifier, token == nil { token = [] }
            keep(byte)
        }
    }

    private mutating func keep(_ byte: UInt8) {
        guard let count = token?.count else { return }
        if count < Self.longest { token?.append(byte) } else { token = nil }
    }

    private mutating func endValue() {
        defer { (token, isBeforeIdentifier, isBeforeKey) = (nil, false, true) }
        guard isBeforeIdentifier, let token else { return }
        do {
            let value = try JSONParser.parse(token, as: .lenient)
            if value.string != nil || value.double != nil { id = value }
        } catch {
            // It is no id.
            return
        }
    }
}
