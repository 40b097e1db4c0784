/// What a key command said on standard error, as far as a message may show it.
///
/// A script may write the key there: with `set -x`, or by a slip. So a line that looks as if it had one is left out.
struct Complaint {
    /// How much is shown, in characters.
    private static let limit = 200
    /// So many digits of base64 in a row, with figures or both cases among them, may be part of a key. A name of capitals and
    /// figures that long is left out too.
    private static let base64Run = 20
    /// So many hexadecimal digits in a row, with figures among them, whatever is between groups of them.
    private static let hexadecimalRun = 20
    /// So many bytes that are in what was printed too are no chance.
    private static let repetition = 8

    private let text: String?
    private let printed: [UInt8]

    /// - Parameters:
    ///   - said: What was said on standard error.
    ///   - printed: What was printed on standard output.
    init(_ said: [UInt8], besides printed: [UInt8]) {
        // Bytes that are no text may be a key as it is.
        text = Self.text(of: said)
        self.printed = printed
    }

    /// Nil for what is no text. The last character may have been cut.
    private static func text(of bytes: [UInt8]) -> String? {
        for cut in 0...min(3, bytes.count) {
            if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
        }
        return nil
    }

    /// The first line without a secret, with nothing in it that drives a terminal; empty if nothing was said.
    var shown: String {
        let lines = text?.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
        if let lines, lines.isEmpty { return "" }
        guard let line = lines?.first(where: { !mayHoldKey($0) }) else {
            return " What it says on standard error may hold a key, and is not shown."
        }
        let printable = String(
            String.UnicodeScalarView(
                line.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
            )
        )
        return " It says: \(printable.prefix(Self.limit))"
    }

    private func mayHoldKey(_ line: Substring) -> Bool {
        let bytes = Array(line.utf8)
        return KeyText.key(in: bytes) != nil || hasBase64(bytes) || hasHexadecimal(bytes) || repeatsPrinted(bytes)
    }

    private func hasBase64(_ line: [UInt8]) -> Bool {
        line.split { !Self.isBase64($0) }
            .contains { run in
                guard run.count >= Self.base64Run else { return false }
                let hasFigures = run.contains { (0x30...0x39).contains($0) }
                let hasCapitals = run.contains { (0x41...0x5A).contains($0) }
                return hasFigures || hasCapitals && run.contains { (0x61...0x7A).contains($0) }
            }
    }

    /// Also as `xxd`, `od` and `hexdump` group them.
    private func hasHexadecimal(_ line: [UInt8]) -> Bool {
        line.filter { !Self.separators.contains($0) }
            .split { Hexadecimal.bytes([$0, $0]) == nil }
            .contains { $0.count >= Self.hexadecimalRun && $0.contains { (0x30...0x39).contains($0) } }
    }

    private func repeatsPrinted(_ line: [UInt8]) -> Bool {
        let printed = printed.drop { $0 <= 0x20 }
        let length = min(Self.repetition, printed.count)
        guard length > 0, line.count >= length else { return false }
        var pieces: Set<ArraySlice<UInt8>> = []
        for start in printed.indices.dropLast(length - 1) { pieces.insert(printed[start..<start + length]) }
        return line.indices.dropLast(length - 1).contains { pieces.contains(line[$0..<$0 + length]) }
    }

    private static let separators = Set(" \t:-,".utf8)

    /// Of the usual alphabet and of the one for addresses.
    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "+/=-_".utf8.contains(byte)
        }
    }
}
