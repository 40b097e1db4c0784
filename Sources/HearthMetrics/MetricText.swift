/// Names, labels and numbers as Prometheus' text format writes them.
///
/// Source: "Exposition formats", Prometheus' documentation, text format 0.0.4.
enum MetricText {
    /// A label of a series.
    struct Label: Hashable {
        var name: String
        var value: String
    }

    /// A name that a metric may have: letters, digits, `_` and `:`, no digit first.
    static func name(_ text: String) -> String { cleaned(text, isAllowed: { $0 == ":" }) }

    /// Labels that a series may have, by name. Of two of one name the later counts.
    static func labels(_ dimensions: [(String, String)], isHistogram: Bool) -> [Label] {
        var values: [String: String] = [:]
        for (text, value) in dimensions {
            var name = cleaned(text, isAllowed: { _ in false })
            // What begins so, and the bound of a bucket, Prometheus keeps for itself.
            if name.hasPrefix("__") || (isHistogram && name == "le") { name = "label" + name }
            values[name] = value
        }
        return values.sorted { $0.key < $1.key }.map { Label(name: $0.key, value: $0.value) }
    }

    private static func cleaned(_ text: String, isAllowed: (Unicode.Scalar) -> Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit, result.isEmpty { result += "_" }
            result.unicodeScalars.append(isLetter || isDigit || isAllowed(scalar) ? scalar : "_")
        }
        return result.isEmpty ? "_" : result
    }

    /// Labels as they stand between braces.
    static func list(_ labels: [Label]) -> String {
        labels.map { "\($0.name)=\"\(escapedValue($0.value))\"" }.joined(separator: ",")
    }

    /// Labels in braces; nothing where there are none.
    static func braced(_ labels: String, and last: String = "") -> String {
        let all = [labels, last].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "" : "{\(all)}"
    }

    static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }

    static func escapedValue(_ text: String) -> String { escaped(text, quotes: true) }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number; a whole one without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        guard let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }
}
