import Foundation
import Testing

@testable import hearth

@Suite struct LinesOfInput {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    private func lines(_ text: String, longestLine: Int = 1 << 20) throws -> [String] {
        let progress = ProgressLine()
        let source = try LineSource(path: sandbox.write("input", text), progress: progress)
        var reader = LineReader(source, longestLine: longestLine)
        var lines: [String] = []
        while let line = try reader.next() {
            lines.append("\(line.number):" + (line.bytes.map { String(decoding: $0, as: UTF8.self) } ?? "too long"))
        }
        return lines
    }

    @Test func `empty lines count and are passed over`() throws {
        #expect(try lines("\n\na\n\nb\n\n") == ["3:a", "5:b"])
        #expect(try lines("") == [])
        #expect(try lines("\n") == [])
    }

    @Test func `lines of white space are empty`() throws {
        #expect(try lines("a\n   \n\t \r\n\u{B}\u{C}\nb\n  ") == ["1:a", "5:b"])
    }

    @Test(arguments: [
        "\u{A0}", "\u{3000}", " \u{FEFF} ", "\u{2028}", "\u{2029}\t", "\u{85}", "\u{200B}", "\u{2003}\u{2009}",
        "\u{202F} \u{205F}",
        "\u{1680}", "\u{2060}\u{FEFF}", "\t\u{A0}\r",
    ])
    func `lines with nothing to see are empty`(line: String) throws {
        #expect(try lines("a\n\(line)\nb\n\(line)") == ["1:a", "3:b"])
        #expect(try lines("\(line)x\n").map { $0.hasSuffix("x") } == [true])
    }

    @Test func `the byte order marks of files that were joined do not belong to the lines`() throws {
        #expect(try lines("\u{FEFF}a\n\u{FEFF}b\n\u{FEFF}\n\u{FEFF}  \n\u{FEFF}\u{FEFF}c") == ["1:a", "2:b", "5:c"])
        #expect(try lines(" \u{FEFF}a\n\t\u{FEFF} \u{FEFF}b\n  c") == ["1:a", "2:b", "3:  c"])
        #expect(try lines("a\u{FEFF}\n") == ["1:a\u{FEFF}"])
    }

    @Test func `the last line needs no line break`() throws {
        #expect(try lines("a\nb") == ["1:a", "2:b"])
    }

    @Test func `line breaks of Windows and a byte order mark do not belong to the lines`() throws {
        #expect(try lines("\u{FEFF}a\r\nb\r\n\r\nc\r") == ["1:a", "2:b", "4:c"])
        #expect(try lines("\u{FEFF}\na\n\u{FEFF}b\n") == ["2:a", "3:b"])
    }

    @Test func `a line that is too long is passed over and the next one is read`() throws {
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines("a\n\(long)\nb\n", longestLine: 100_000) == ["1:a", "2:too long", "3:b"])
    }

    @Test func `a line may be as long as it may be`() throws {
        let long = String(repeating: "x", count: 100_000)
        #expect(try lines("\(long)\n\(long)y", longestLine: 100_000) == ["1:\(long)", "2:too long"])
    }
}
