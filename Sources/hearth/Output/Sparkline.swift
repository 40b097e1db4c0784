import FoundationEssentials

/// A row of numbers as small columns.
enum Sparkline {
    private static let blocks = Array("▁▂▃▄▅▆▇█")
    private static let signs = Array(".:-=+*#@")

    /// Whether the locale of an environment writes UTF-8.
    static func isUTF8(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = locale.uppercased()
        return name.hasSuffix("UTF-8") || name.hasSuffix("UTF8")
    }

    /// Columns in proportion to the greatest number; nothing is a blank.
    ///
    /// - Parameter width: How many columns at most: the last ones.
    static func of(
        _ numbers: [Int],
        width: Int = 52,
        isUTF8: Bool = isUTF8(ProcessInfo.processInfo.environment)
    ) -> String {
        let shown = numbers.suffix(width)
        guard let most = shown.max(), most > 0 else { return "" }
        let columns = isUTF8 ? blocks : signs
        return String(
            shown.map { number in
                number <= 0 ? " " : columns[min(columns.count - 1, number * columns.count / (most + 1))]
            }
        )
    }
}
