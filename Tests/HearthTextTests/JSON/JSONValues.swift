import HearthText
import TestSupport
import Testing

@Suite struct JSONValues {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null,{}],"c":"é\u0001\n\"\\"}"#, "9223372036854775807", "-9007199254740993", "[]",
        #"{"":{"":[[]]}}"#, "1.5e-07", "\"\u{1F44B}\"",
    ])
    func `what is read is written as it was`(text: String) throws {
        #expect(try JSONParser.parse(Array(text.utf8), as: .lenient).text == text)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "+1", "nul", "\"\u{1}\"", "\"\\x\"",
        "\"\\u12\"", "1 2", "NaN",
        "1e999", "\"open", "{1:2}", "[1 2]", "'a'",
    ])
    func `what is not JSON is refused with the place`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(text.utf8), as: .lenient) }
    }

    @Test func `brackets without end are refused`() {
        #expect(throws: JSONSyntaxError.self) {
            try JSONParser.parse(Array(repeating: UInt8(ascii: "["), count: 100_000), as: .lenient)
        }
    }

    @Test func `surrogates are put together, and half of a pair is replaced`() throws {
        #expect(try JSONParser.parse(Array(#""\ud83d\udc4b""#.utf8), as: .lenient) == "\u{1F44B}")
        #expect(try JSONParser.parse(Array(#""\ud83d!\udc4b""#.utf8), as: .lenient) == "\u{FFFD}!\u{FFFD}")
    }

    @Test func `a key that is given twice keeps its last value`() throws {
        #expect(try JSONParser.parse(Array(#"{"a":1,"b":2,"a":3}"#.utf8), as: .lenient).text == #"{"a":3,"b":2}"#)
    }
}
