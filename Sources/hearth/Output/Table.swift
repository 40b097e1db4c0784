/// Rows under headings, aligned by the columns that a terminal shows, not by the number of characters.
struct Table {
    /// One column.
    struct Column {
        var title: String
        var alignment: Alignment
        /// Whether the column gives way when the table is wider than the terminal; its cells are then cut.
        var isFlexible: Bool

        static func leading(_ title: String) -> Column { Column(title: title, alignment: .leading, isFlexible: false) }
        static func trailing(_ title: String) -> Column {
            Column(title: title, alignment: .trailing, isFlexible: false)
        }
        static func flexible(_ title: String) -> Column { Column(title: title, alignment: .leading, isFlexible: true) }
    }

    enum Alignment { case leading, trailing }

    /// A cell: pieces of text, each in its style.
    typealias Cell = [Styled]

    var columns: [Column]
    var rows: [[Cell]] = []

    init(_ columns: Column...) {
        self.columns = columns
    }

    mutating func row(_ cells: Styled...) {
        rows.append(cells.map { [$0] })
    }

    mutating func row(_ cells: [Cell]) {
        rows.append(cells)
    }

    /// The widest a flexible column gets if no terminal says how wide it may be.
    private static let flexibleWidth = 100
    /// The narrowest a flexible column gets before the table overflows instead.
    private static let narrowestFlexibleWidth = 24
    private static let gap = 2

    /// The lines of the table, headings first, fitted into `width` columns if possible. The cells must be printable
    /// already.
    func lines(within width: Int?) -> [[Styled]] {
        let header = columns.map { [Styled($0.title, .heading)] }
        let cells = [header] + rows
        let widths = self.widths(of: cells, within: width)
        return cells.map { row in
            var line: [Styled] = []
            for (index, cell) in row.enumerated() {
                line += aligned(cell, in: columns[index], width: widths[index], isLast: index == row.count - 1)
            }
            return line
        }
    }

    private func widths(of cells: [[Cell]], within width: Int?) -> [Int] {
        var widths = columns.indices.map { index in cells.map { Self.width(of: $0[index]) }.max() ?? 0 }
        guard let flexible = columns.firstIndex(where: \.isFlexible) else { return widths }
        let others = widths.reduce(0, +) - widths[flexible] + Self.gap * (columns.count - 1)
        let room = width.map { max(Self.narrowestFlexibleWidth, $0 - others) } ?? Self.flexibleWidth
        widths[flexible] = min(widths[flexible], room)
        return widths
    }

    private func aligned(_ cell: Cell, in column: Column, width: Int, isLast: Bool) -> [Styled] {
        let fitted = column.isFlexible ? Self.truncated(cell, to: width) : cell
        let padding = Styled(String(repeating: " ", count: max(0, width - Self.width(of: fitted))))
        let gap = Styled(String(repeating: " ", count: Self.gap))
        switch (column.alignment, isLast) {
        case (.leading, true): return fitted
        case (.leading, false): return fitted + [padding, gap]
        case (.trailing, true): return [padding] + fitted
        case (.trailing, false): return [padding] + fitted + [gap]
        }
    }

    private static func width(of cell: Cell) -> Int {
        cell.reduce(0) { $0 + DisplayWidth.of($1.text) }
    }

    private static func truncated(_ cell: Cell, to columns: Int) -> Cell {
        guard width(of: cell) > columns else { return cell }
        var result: Cell = []
        var room = columns
        for span in cell {
            let width = DisplayWidth.of(span.text)
            guard width < room else { return result + [Styled(DisplayWidth.elided(span.text, to: room), span.style)] }
            result.append(span)
            room -= width
        }
        return result
    }
}

/// Numbers as tables show them.
enum Decimals {
    /// A number with so many digits after the point.
    static func string(_ value: Double, digits: Int = 2) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        // What can't be counted in such steps, or is no number, has no digits after the point.
        guard value.magnitude * scale < Double(Int.max) else { return "\(value)" }
        let scaled = Int((value.magnitude * scale).rounded())
        guard digits > 0 else { return "\(value < 0 && scaled > 0 ? "-" : "")\(scaled)" }
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: Int(scale))
        let padding = String(repeating: "0", count: digits - String(fraction).count)
        return "\(value < 0 && scaled > 0 ? "-" : "")\(whole).\(padding)\(fraction)"
    }

    /// With one digit after the point, and without the point where that digit is 0.
    static func brief(_ value: Double) -> String {
        let text = string(value, digits: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A number of days, or of hours or minutes where that is less than a day.
    static func duration(ofDays days: Double) -> String {
        let (value, unit) = days >= 1 ? (days, "day") : days * 24 >= 1 ? (days * 24, "hour") : (days * 1_440, "minute")
        let number = brief(value)
        return "\(number) \(unit)\(number == "1" ? "" : "s")"
    }
}

extension Sequence where Element: RawRepresentable<String> {
    /// The names one after another, as a cell or a sentence lists them.
    var listed: String { map(\.rawValue).joined(separator: ", ") }
}
