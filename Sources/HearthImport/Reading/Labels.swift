/// Labels as a store takes them: without blanks around them, none empty, none twice, and not too many or too long.
struct Labels {
    private(set) var taken: [String] = []
    /// Those that a memory can't have.
    private(set) var rest: [String] = []

    /// What a memory has at most: this many tags, and each of so many bytes of UTF-8.
    static let most = 256
    static let longest = 256

    init(_ labels: some Sequence<String>) {
        var seen: Set<String> = []
        for label in labels {
            let words = label.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard !words.isEmpty, seen.insert(words).inserted else { continue }
            if taken.count < Self.most, words.utf8.count <= Self.longest {
                taken.append(words)
            } else {
                rest.append(words)
            }
        }
    }
}

extension [String: String] {
    /// The labels that a memory can have; the others are kept here, so that nothing is refused for them.
    mutating func labels(_ labels: some Sequence<String>) -> [String] {
        let labels = Labels(labels)
        guard !labels.rest.isEmpty else { return labels.taken }
        var kept = ""
        var count = 0
        for label in labels.rest where kept.utf8.count + label.utf8.count < Self.longestRest {
            kept += kept.isEmpty ? label : ", " + label
            count += 1
        }
        if count < labels.rest.count { kept += "; and \(labels.rest.count - count) others" }
        set("more_tags", kept)
        return labels.taken
    }

    /// A small part of what all metadata of a memory may have.
    private static var longestRest: Int { 1 << 16 }
}
