import HearthMCP
import TestSupport
import Testing

@Suite struct JSONValues {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null,{}],"c":"é\u0001\n\"\\"}"#, "9223372036854775807", "-9007199254740993", "[]",
        #"{"":{"":[[]]}}"#, "1.5e-07", "\"\u{1F44B}\"",
    ])
    func `what is read is written as it was`(text: String) throws {
        #expect(try JSONReader.read(Array(text.utf8)).text == text)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "-", "+1", "nul", "\"\u{1}\"", "\"\\x\"",
        "\"\\u12\"", "1 2", "NaN",
        "1e999", "\"open", "{1:2}", "[1 2]", "'a'",
    ])
    func `what is not JSON is refused with the place`(text: String) {
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func `bytes that are not UTF-8 and brackets without end are refused`() {
        #expect(throws: JSONReader.Failure.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
        #expect(throws: JSONReader.Failure.self) {
            try JSONReader.read(Array(repeating: UInt8(ascii: "["), count: 100_000))
        }
    }

    @Test func `surrogates are put together, and half of a pair is replaced`() throws {
        #expect(try JSONReader.read(Array(#""\ud83d\udc4b""#.utf8)) == "\u{1F44B}")
        #expect(try JSONReader.read(Array(#""\ud83d!\udc4b""#.utf8)) == "\u{FFFD}!\u{FFFD}")
    }

    @Test func `a key that is given twice keeps its last value`() throws {
        #expect(try JSONReader.read(Array(#"{"a":1,"b":2,"a":3}"#.utf8)).text == #"{"a":3,"b":2}"#)
    }
}
