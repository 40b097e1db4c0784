/// Text made safe for a terminal: nothing that a memory holds can move the cursor, set a title or hide what stands beside it.
enum PrintableText {
    /// One line: line breaks and tabs become visible as well.
    static func line(_ text: String) -> String {
        escaped(text, keeping: [])
    }

    /// A block of text that keeps its line breaks and tabs.
    static func block(_ text: String) -> String {
        escaped(text, keeping: ["\n", "\t"])
    }

    private static func escaped(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
        guard text.unicodeScalars.contains(where: { isDangerous($0) && !kept.contains($0) }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if !isDangerous(scalar) || kept.contains(scalar) {
                result.append(scalar)
            } else {
                result.append(contentsOf: spelling(scalar).unicodeScalars)
            }
        }
        return String(result)
    }

    private static func spelling(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "↵"
        case "\t": " "
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    /// Controls of ECMA-48 (C0, DEL and C1), separators that break lines, and the bidirectional embeddings, overrides and isolates of
    /// UAX #9, which reorder what follows them.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
