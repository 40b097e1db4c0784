/// A text without its numbers: what reminders, readings and log entries of one kind have in common.
///
/// Two texts with equal patterns differ by their numbers alone. `1,250`, `7.5` and `8:00` are one number each.
package struct NumberedPattern: Equatable, Sendable {
    private let bytes: [UInt8]

    /// Longer texts, in UTF-8 bytes, are no reminders.
    private static let longestText = 4_096
    private static let separators = [UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ":")]
    /// What stands for a number.
    private static let placeholder = UInt8(ascii: "0")

    /// The pattern of a text; nil if it has no number, or is too long to be one of many.
    package init?(of text: String) {
        var text = text
        let pattern: [UInt8]? = text.withUTF8 { source in
            guard source.count <= Self.longestText, source.contains(where: \.isASCIIDigit) else { return nil }
            return [UInt8](unsafeUninitializedCapacity: source.count) { pattern, count in
                var index = 0
                while index < source.count {
                    let byte = source[index]
                    pattern[count] = byte.isASCIIDigit ? Self.placeholder : byte
                    index = byte.isASCIIDigit ? Self.endOfNumber(at: index, in: source) : index + 1
                    count += 1
                }
            }
        }
        guard let pattern else { return nil }
        bytes = pattern
    }

    private static func endOfNumber(at start: Int, in source: UnsafeBufferPointer<UInt8>) -> Int {
        var end = start + 1
        while end < source.count {
            if source[end].isASCIIDigit {
                end += 1
            } else if separators.contains(source[end]), end + 1 < source.count, source[end + 1].isASCIIDigit {
                end += 2
            } else {
                break
            }
        }
        return end
    }
}
