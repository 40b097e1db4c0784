/// What the index has for a date that stands in a text, whatever its form: a middle dot and figures, which no word has.
extension CalendarPeriod {
    /// The term by which this date is found: a day, a month of a year, or a day of every year; nil for anything wider.
    ///
    /// A text has the terms of all that its dates are in.
    var term: String? {
        switch (year, month, day) {
        case (let year?, let month?, let day?): "·" + Self.figures(year, 4) + Self.figures(month) + Self.figures(day)
        case (let year?, let month?, nil): "·" + Self.figures(year, 4) + Self.figures(month)
        case (nil, let month?, let day?): "·" + Self.figures(month) + Self.figures(day)
        default: nil
        }
    }

    /// What a text has for this day where it says no year.
    var termOfAnyYear: String? {
        guard year != nil, month != nil, day != nil else { return nil }
        return CalendarPeriod(month: month, day: day).term.map { $0 + "y" }
    }

    /// The terms of a text in which this date stands.
    var indexTerms: [String] {
        guard let term else { return [] }
        if day == nil { return [term] }
        if year == nil { return [term, term + "y"] }
        let wider = [CalendarPeriod(year: year, month: month), CalendarPeriod(month: month, day: day)]
        return [term] + wider.compactMap(\.term)
    }

    private static func figures(_ number: Int, _ count: Int = 2) -> String {
        let figures = String(number)
        return String(repeating: "0", count: max(0, count - figures.utf8.count)) + figures
    }
}
