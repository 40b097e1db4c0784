import Foundation
import HearthText
import TestSupport
import Testing

@testable import hearth

@Suite struct LineParsing {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test func `every kind of value is read`() throws {
        let value = try parse(#" {"a": [1, -0.5e2, true, false, null], "b": {"c": "x"}, "": ""} "#)
        #expect(
            value
                == .object([
                    "a": .array([.integer(1), .number(-50), .bool(true), .bool(false), .null]),
                    "b": .object(["c": .string("x")]),
                    "": .string(""),
                ])
        )
    }

    @Test func `escapes are undone`() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\udc4d\u0000""#) == .string("\"\\/\u{8}\u{C}\n\r\té👍\0"))
    }

    @Test(arguments: [
        (#"{"a": NaN}"#, 7, "neither NaN"),
        (#"{"a": 1e999}"#, 7, "too great"),
        (#"{"a": 01}"#, 8, "can't begin with 0"),
        (#"{"a": .5}"#, 7, "value is expected"),
        (#"{"a": 1,}"#, 9, "key in quotation marks"),
        (#"{"a" 1}"#, 6, "colon"),
        (#"{"a": 1, "a": 2}"#, 10, "given twice"),
        ("{\"caf\u{E9}\": 1, \"cafe\u{301}\": 2}", 14, "given twice"),
        (#"{"a": "x"#, 9, "ends in the middle"),
        (#"{"a": "x""#, 10, "ends in the middle"),
        (#"{"a": "\x"}"#, 9, "no such escape"),
        (#"{"a": "\u12g4"}"#, 10, "hexadecimal"),
        (#"{"a": "\ud800"}"#, 10, "surrogate"),
        (#"{"a": "\ud800\u0041"}"#, 10, "surrogate"),
        ("{\"a\": \"x\ty\"}", 9, "must be escaped"),
        ("{\"a\": \"x\"\u{0}}", 10, "comma or }"),
        (#"{} {}"#, 4, "follows"),
        ("", 1, "ends in the middle"),
        ("hello", 1, "value is expected"),
    ])
    func `what is wrong is named with its place`(text: String, byte: Int, reason: String) {
        #expect { try parse(text) } throws: { error in
            guard let error = error as? JSONSyntaxError else { return false }
            return error.byte == byte && error.reason.contains(reason)
        }
    }

    @Test func `a line of brackets is refused and exhausts nothing`() {
        #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func `a mutilated line is never taken for something that Foundation does not read in it`() throws {
        var generator = SeededGenerator()
        let original = Array(
            #"{"text": "caf\u00e9 \ud83d\ude00 \"q\"", "tags": ["a", ""], "n": [0, -1.5e+3, 12], "b": true, "z": null}"#
                .utf8
        )
        var taken = 0
        for _ in 0..<5_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(bytes.randomElement(using: &generator)!, at: index)
                default: bytes[index] = bytes.randomElement(using: &generator)!
                }
            }
            guard let ours = try? JSONParser.parse(bytes) else { continue }
            taken += 1
            #expect(try JSON(ours) == JSON(Data(bytes)), "\(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(taken > 100)
    }

    @Test func `whatever Foundation writes is read`() throws {
        var generator = SeededGenerator()
        for _ in 0..<500 {
            let value = JSON.random(using: &generator)
            let ours = try JSONParser.parse(Array(JSONEncoder().encode(value)))
            #expect(JSON(ours) == value)
        }
    }
}

extension JSON {
    fileprivate init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .integer(let integer): .number(Double(integer))
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            case .array(let elements): .array(elements.map(JSON.init))
            case .object(let object):
                .object(Dictionary(uniqueKeysWithValues: object.members.map { ($0.key, JSON($0.value)) }))
            }
    }

    fileprivate static func random(depth: Int = 0, using generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth < 4 ? 6 : 4), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .number((Double.random(in: -1e6...1e6, using: &generator) * 8).rounded() / 8)
        case 3: .string(String.random(using: &generator))
        case 4: .array((0..<3).map { _ in random(depth: depth + 1, using: &generator) })
        default:
            .object(
                Dictionary(
                    (0..<3)
                        .map { _ in (String.random(using: &generator), random(depth: depth + 1, using: &generator)) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        }
    }
}

extension String {
    /// Up to eight characters of any script, controls among them.
    fileprivate static func random(using generator: inout SeededGenerator) -> String {
        let scalars = (0..<Int.random(in: 0...8, using: &generator))
            .compactMap { _ in
                Unicode.Scalar(
                    UInt32.random(in: 0...(Bool.random(using: &generator) ? 0x7F : 0x10FFFF), using: &generator)
                )
            }
        return String(String.UnicodeScalarView(scalars))
    }
}
