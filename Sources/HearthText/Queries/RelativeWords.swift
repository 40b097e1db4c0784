/// What one language says of times that count from today. A class, because its many parts would be costly to copy.
final class RelativeWords: Sendable {
    /// Forms that stand alone, and how many days ago each is. The longer stand first.
    let days: [(phrase: [String], days: Int)]
    let units: [String: RelativeDay.Unit]
    /// The weekend where it takes several words.
    let weekends: [[String]]
    /// Days since Monday.
    let weekdays: [String: Int]
    /// The forms of "last" and of "next", and where they stand.
    let last: Set<String>
    let next: Set<String>
    let order: Order
    /// What stands behind a unit that is still to come: "que viene".
    let nextBehind: [[String]]
    /// The forms of "this".
    let this: Set<String>
    /// What stands around a number of units to say that it counts backwards.
    let agoInFront: [[String]]
    let agoBehind: [[String]]
    /// The same where it counts forwards.
    let aheadInFront: [[String]]
    let aheadBehind: [[String]]
    /// The forms of "last" and "next" that go with a number.
    let spans: Set<String>
    let nextSpans: Set<String>
    /// What stands before a weekday or a weekend, which is then the last one: "on Saturday".
    let on: Set<String>
    /// What may stand between: "on the weekend"; and whether it says as much alone.
    let articles: Set<String>
    let isArticleEnough: Bool
    /// Numbers in words.
    let numbers: [String: Int]
    /// Whether a unit without a number is one: "неделю назад".
    let isOneSilent: Bool
    /// What stands for a number that nobody has counted: "a few".
    let few: [[String]]
    /// With which words a date begins, also as the analyser writes them.
    let beginnings: Set<String>

    /// Where the forms of "last" and "next" stand.
    enum Order {
        /// "last week"
        case inFront
        /// "la semaine dernière"
        case behind
        /// "la scorsa settimana", "la settimana scorsa"
        case either
    }

    /// Words stand between spaces, forms of several words between commas. In a list of numbers or units each line begins
    /// with the number, which for units is that of `kinds`.
    init(
        days: String,
        units: String,
        weekends: String = "",
        weekdays: String,
        last: String,
        next: String,
        order: Order = .inFront,
        nextBehind: String = "",
        this: String,
        agoInFront: String = "",
        agoBehind: String = "",
        aheadInFront: String,
        aheadBehind: String = "",
        spans: String,
        nextSpans: String,
        on: String,
        articles: String = "",
        isArticleEnough: Bool = false,
        numbers: String,
        isOneSilent: Bool = false,
        few: String
    ) {
        self.days = Self.phrases(days)
            .compactMap { row in row.first.flatMap { Int($0) }.map { (Array(row.dropFirst()), $0) } }
        self.units = Self.table(units).mapValues { Self.kinds[$0] }
        self.weekends = Self.phrases(weekends)
        self.weekdays = Self.table(weekdays)
        self.last = Self.words(last)
        self.next = Self.words(next)
        self.order = order
        self.nextBehind = Self.phrases(nextBehind)
        self.this = Self.words(this)
        self.agoInFront = Self.phrases(agoInFront)
        self.agoBehind = Self.phrases(agoBehind)
        self.aheadInFront = Self.phrases(aheadInFront)
        self.aheadBehind = Self.phrases(aheadBehind)
        self.spans = Self.words(spans)
        self.nextSpans = Self.words(nextSpans)
        self.on = Self.words(on)
        self.articles = Self.words(articles)
        self.isArticleEnough = isArticleEnough
        self.numbers = Self.table(numbers)
        self.isOneSilent = isOneSilent
        self.few = Self.phrases(few)
        let phrases = self.days.map(\.phrase) + self.agoInFront + self.aheadInFront + self.few + self.weekends
        let beginnings = Set(phrases.compactMap(\.first))
            .union(self.this).union(self.last).union(self.next).union(self.spans).union(self.nextSpans)
            .union(self.numbers.keys).union(self.units.keys).union(self.weekdays.keys).union(self.articles)
        self.beginnings = beginnings.union(beginnings.flatMap { TextAnalyzer(stems: false).tokens(of: $0).terms })
    }

    private static let kinds: [RelativeDay.Unit] = [.day, .week, .month, .year, .weekend, .hour]

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    private static func phrases(_ list: String) -> [[String]] {
        list.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
            .sorted { $0.count > $1.count }
    }

    /// `0 a b, 1 c`: several words for each number.
    private static func table(_ list: String) -> [String: Int] {
        var table: [String: Int] = [:]
        for row in phrases(list) {
            for word in row.dropFirst() { table[word] = row.first.flatMap { Int($0) } }
        }
        return table
    }

    /// Days of the week that are ordinal numbers where they stand before what they count: "na segunda reunião".
    static let ordinals: Set<String> = ["segunda", "terça", "terca", "quarta", "quinta", "sexta"]

    /// Units that take a number: "last weeks" may be any.
    static let plurals: Set<String> = [
        "days", "weeks", "months", "years", "tage", "tagen", "wochen", "monate", "monaten", "jahre", "jahren", "dagen",
        "weken", "maanden", "jaren", "giorni", "settimane", "mesi",
    ]

    /// Words that neither German nor Dutch has: beside them `hier` is yesterday.
    static let onlyFrench: Set<String> = [
        "j", "ai", "qu", "que", "quoi", "est", "était", "avons", "avez", "ont", "fait", "le", "la", "les", "passé",
        "depuis", "avec", "nous", "dans", "aux", "une", "et", "soir", "matin", "avant",
    ]

    /// Words that are "morning" as well as "tomorrow", and behind which words they are: "guten Morgen", "por la mañana".
    static let mornings = [
        "morgen": words(
            """
            guten gute am jeden jeder diesen dieser der den dem ein einen einem eines schönen frühen montag dienstag
            mittwoch donnerstag freitag samstag sonntag every each good goede goeie de elke iedere deze
            """
        ),
        "mañana": words("la el una esta cada toda media buena"),
    ]

    /// What stands in front of "in a week" where it says how often something is.
    static let howOften = words(
        "once twice times often much many einmal zweimal mal oft fois vez veces volta volte раз"
    )

    /// What may follow `tomorrow` where it is a day and no title: "Tomorrow never dies".
    static let behindTomorrow = words("s morning noon afternoon evening night early late please maybe today yesterday")
}
