/// Numbers segments, with the same number for those that count as the same words.
///
/// The same means equal after canonical composition, case folding and white-space folding (canonical caseless matching, Unicode
/// Standard, section 3.13), nothing looser: an accent, a comma or a bullet makes a difference.
struct SegmentVocabulary {
    private var numbers: [String: Int] = [:]

    /// How many numbers were given; they count from zero.
    var count: Int { numbers.count }

    /// The numbers of a text's segments.
    mutating func numbers(of text: SegmentedText) -> [Int] {
        text.segments.map { segment in
            let key = Self.folded(text.bytes[segment.body])
            // Strings are equal, in a dictionary too, when they are canonically equivalent.
            if let known = numbers[key] { return known }
            let number = numbers.count
            numbers[key] = number
            return number
        }
    }

    static func folded(_ body: ArraySlice<UInt8>) -> String {
        let bytes = Array(body)
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (scalar, width) = bytes.scalar(at: index)
            if scalar.isWhitespace {
                if folded.last != 0x20 { folded.append(0x20) }
            } else if ("A"..."Z").contains(scalar) {
                folded.append(bytes[index] | 0x20)
            } else if let folding = scalar.caseFolding {
                folded.append(contentsOf: folding.utf8)
            } else {
                folded.append(contentsOf: bytes[index..<index + width])
            }
            index += width
        }
        return String(decoding: folded, as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// The full case folding; nil for a scalar that is its own.
    ///
    /// The standard library has the mappings to lower and upper case but not this one, which both together give: "ß" and "ẞ" by way of
    /// "SS", final sigma by way of the capital. Letters whose folded form is the capital (Cherokee) don't change in folding.
    fileprivate var caseFolding: String? {
        guard properties.changesWhenCaseFolded else { return nil }
        var folded = ""
        for lower in properties.lowercaseMapping.unicodeScalars {
            for upper in lower.properties.uppercaseMapping.unicodeScalars {
                folded += upper.properties.changesWhenCaseFolded ? upper.properties.lowercaseMapping : String(upper)
            }
        }
        return folded
    }
}
