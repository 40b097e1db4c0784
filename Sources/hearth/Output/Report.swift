import ArgumentParser
import FoundationEssentials

/// What a command answers: one JSON value for programs, text for people.
protocol Report: Encodable {
    /// Writes the answer for people.
    func render(on page: inout Page) throws
}

/// How a command answers.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON value instead of text for people.")
    var json = false

    /// Prints what a command has to say, as JSON or as text.
    func print(_ report: some Report) throws {
        let console = Console.output
        if json {
            try console.write(bytes: JSONText.encode(report))
        } else {
            var page = Page(console)
            try report.render(on: &page)
            try console.write(page.text)
        }
    }
}

/// JSON as every command prints it: keys sorted, dates as RFC 3339, one value and a line break.
enum JSONText {
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        try encode(value, formatting: .prettyPrinted)
    }

    /// A value on one line, for a command that prints many.
    static func encodeLine(_ value: some Encodable) throws -> [UInt8] {
        try encode(value, formatting: [])
    }

    private static func encode(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(RFC3339.string(date))
        }
        return escapingControls(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// Spells DEL and the C1 controls as escapes.
    ///
    /// JSON allows them as they are, but a terminal obeys U+009B like the escape sequences that JSON does forbid.
    /// Outside of strings JSON is ASCII, so the bytes can be replaced wherever they stand.
    private static func escapingControls(_ json: Data) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var previous: UInt8 = 0
        for byte in json {
            if byte == 0x7F {
                result += "\\u007f".utf8
            } else if previous == 0xC2, (0x80...0x9F).contains(byte) {
                result.removeLast()
                result += "\\u00\(String(byte, radix: 16))".utf8
            } else {
                result.append(byte)
            }
            previous = byte
        }
        return result
    }
}
