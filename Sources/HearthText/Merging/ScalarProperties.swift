/// The properties of a Unicode scalar that merging needs.
extension Unicode.Scalar {
    /// A line feed, carriage return, line or paragraph separator and the like: ends a line.
    var endsLine: Bool {
        switch value {
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// The property White_Space.
    var isWhitespace: Bool {
        switch value {
        case ..<0x80: value == 0x20 || (0x09...0x0D).contains(value)
        case 0x3001...: false  // the last one is the ideographic space
        default: properties.isWhitespace
        }
    }

    /// A letter, digit or ideograph, of any script.
    var isWord: Bool {
        if value < 0x80 {
            return (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value)
        }
        return properties.isAlphabetic || properties.numericType != nil
    }

    /// Written without spaces between sentences: Chinese, Japanese and their full-width punctuation.
    var isIdeographic: Bool {
        switch value {
        case 0x2E80...0x30FF, 0x3100...0x312F, 0x31A0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0xFE30...0xFE4F, 0xFF01...0xFFEF, 0x1B000...0x1B16F, 0x20000...0x3FFFF:
            true
        default:
            false
        }
    }

    /// Belongs to the scalar before it: a combining mark, joiner or variation selector.
    var extendsPrevious: Bool {
        guard value >= 0x300 else { return false }
        return switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .format: true
        default: false
        }
    }
}

extension [UInt8] {
    /// The scalar at an index of valid UTF-8, and how many bytes it takes.
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, width: Int) {
        let lead = UInt32(self[index])
        func trail(_ offset: Int) -> UInt32 { UInt32(self[index + offset]) & 0x3F }
        let (value, width): (UInt32, Int) =
            switch lead {
            case ..<0x80: (lead, 1)
            case ..<0xE0: ((lead & 0x1F) << 6 | trail(1), 2)
            case ..<0xF0: ((lead & 0x0F) << 12 | trail(1) << 6 | trail(2), 3)
            default: ((lead & 0x07) << 18 | trail(1) << 12 | trail(2) << 6 | trail(3), 4)
            }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", width)
    }

    /// The scalar that ends before an index of valid UTF-8; nil at the start.
    func scalar(before index: Int) -> Unicode.Scalar? {
        guard index > 0 else { return nil }
        var start = index - 1
        while start > 0 && self[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: start).scalar
    }
}
