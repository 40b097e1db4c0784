/// What one language says of times that count from today.
struct RelativeWords: Sendable {
    /// Forms that stand alone, and how many days ago each is. The longer stand first.
    var days: [(phrase: [String], days: Int)]
    var units: [String: RelativeDay.Unit]
    /// Days since Monday.
    var weekdays: [String: Int]
    /// The forms of "last", and whether they stand behind what they belong to.
    var last: Set<String>
    var isLastBehind = false
    /// The forms of "this".
    var this: Set<String>
    /// What stands around a number of units to say that it counts backwards.
    var agoInFront: [String] = []
    var agoBehind: [String] = []
    /// The forms of "last" that go with a number.
    var spans: Set<String>
    /// Numbers in words.
    var numbers: [String: Int]
    /// With which words a date begins.
    let beginnings: Set<String>

    private init(
        days: String,
        units: String,
        weekdays: String,
        last: String,
        isLastBehind: Bool = false,
        this: String,
        agoInFront: String = "",
        agoBehind: String = "",
        spans: String,
        numbers: String
    ) {
        func words(_ list: String) -> [String] { list.split(whereSeparator: \.isWhitespace).map { String($0) } }
        /// `0 a b, 1 c`: several words for each number.
        func table(_ list: String) -> [String: Int] {
            var table: [String: Int] = [:]
            for row in list.split(whereSeparator: { $0 == "," }) {
                let row = words(String(row))
                for word in row.dropFirst() { table[word] = row.first.flatMap { Int($0) } }
            }
            return table
        }
        self.days = days.split(whereSeparator: { $0 == "," })
            .compactMap { row in
                let row = words(String(row))
                return row.first.flatMap { Int($0) }.map { (Array(row.dropFirst()), $0) }
            }
            .sorted { $0.phrase.count > $1.phrase.count }
        let kinds: [RelativeDay.Unit] = [.day, .week, .month, .year, .weekend]
        self.units = table(units).mapValues { kinds[$0] }
        self.weekdays = table(weekdays)
        self.last = Set(words(last))
        self.isLastBehind = isLastBehind
        self.this = Set(words(this))
        self.agoInFront = words(agoInFront)
        self.agoBehind = words(agoBehind)
        self.spans = Set(words(spans))
        self.numbers = table(numbers)
        var beginnings = self.this.union(self.last).union(self.spans).union(self.days.compactMap(\.phrase.first))
        beginnings.formUnion(self.numbers.keys)
        if isLastBehind { beginnings = beginnings.union(self.units.keys).union(self.weekdays.keys) }
        if let first = self.agoInFront.first { beginnings.insert(first) }
        self.beginnings = beginnings
    }

    /// Units are 0 days, 1 weeks, 2 months, 3 years and 4 weekends.
    static let all: [RelativeWords] = [
        RelativeWords(
            days: """
                0 today, 1 yesterday, 2 the day before yesterday, 2 day before yesterday, 1 last night, 0 this morning,
                0 this afternoon, 0 this evening
                """,
            units: "0 day days, 1 week weeks, 2 month months, 3 year years, 4 weekend",
            weekdays: "0 monday, 1 tuesday, 2 wednesday, 3 thursday, 4 friday, 5 saturday, 6 sunday",
            last: "last",
            this: "this",
            agoBehind: "ago",
            spans: "last past",
            numbers: """
                1 a one, 2 two, 3 three, 4 four, 5 five, 6 six, 7 seven, 8 eight, 9 nine, 10 ten, 11 eleven, 12 twelve
                """
        ),
        RelativeWords(
            days: "0 heute, 1 gestern, 2 vorgestern",
            units: """
                0 tag tage tagen, 1 woche wochen, 2 monat monate monaten monats, 3 jahr jahre jahren jahres, 4 wochenende
                """,
            weekdays: "0 montag, 1 dienstag, 2 mittwoch, 3 donnerstag, 4 freitag, 5 samstag sonnabend, 6 sonntag",
            last: "letzte letzter letzten letztes letztem vorige voriger vorigen voriges vergangene vergangenen",
            this: "diese dieser diesen dieses diesem",
            agoInFront: "vor",
            spans: "letzten vergangenen",
            numbers: """
                1 ein eine einem einen einer, 2 zwei, 3 drei, 4 vier, 5 fünf, 6 sechs, 7 sieben, 8 acht, 9 neun, 10 zehn
                """
        ),
        RelativeWords(
            days: "0 aujourd hui, 1 hier, 2 avant hier",
            units: "0 jour jours, 1 semaine semaines, 2 mois, 3 an ans année annee années annees",
            weekdays: "0 lundi, 1 mardi, 2 mercredi, 3 jeudi, 4 vendredi, 5 samedi, 6 dimanche",
            last: "dernier dernière derniere passé passée passe passee",
            isLastBehind: true,
            this: "ce cette",
            agoInFront: "il y a",
            spans: "derniers dernières dernieres",
            numbers: "1 un une, 2 deux, 3 trois, 4 quatre, 5 cinq, 6 six, 7 sept, 8 huit, 9 neuf, 10 dix"
        ),
        RelativeWords(
            days: "0 hoy, 1 ayer, 2 anteayer, 2 antes de ayer, 1 anoche",
            units: "0 día días dia dias, 1 semana semanas, 2 mes meses, 3 año años",
            weekdays: "0 lunes, 1 martes, 2 miércoles miercoles, 3 jueves, 4 viernes, 5 sábado sabado, 6 domingo",
            last: "pasado pasada",
            isLastBehind: true,
            this: "este esta",
            agoInFront: "hace",
            spans: "últimos últimas ultimos ultimas",
            numbers: "1 un una, 2 dos, 3 tres, 4 cuatro, 5 cinco, 6 seis, 7 siete, 8 ocho, 9 nueve, 10 diez"
        ),
        RelativeWords(
            days: "0 сегодня, 1 вчера, 2 позавчера",
            units: """
                0 день дня дней, 1 неделю неделе недели недель, 2 месяц месяце месяца месяцев, 3 год году года лет
                """,
            weekdays: "0 понедельник, 1 вторник, 2 среду, 3 четверг, 4 пятницу, 5 субботу, 6 воскресенье",
            last: "прошлый прошлой прошлую прошлом прошлое",
            this: "эту этой этом этот",
            agoBehind: "назад",
            spans: "последние",
            numbers: "1 один одну, 2 два две, 3 три, 4 четыре, 5 пять, 6 шесть, 7 семь, 8 восемь, 9 девять, 10 десять"
        ),
    ]

    /// Units that take a number: "last weeks" may be any.
    static let plurals: Set<String> = [
        "days", "weeks", "months", "years", "tage", "tagen", "wochen", "monate", "monaten", "jahre", "jahren",
    ]

    /// Words that neither German nor Dutch has: beside them `hier` is yesterday.
    static let onlyFrench: Set<String> = [
        "j", "ai", "qu", "que", "quoi", "est", "était", "avons", "avez", "ont", "fait", "le", "la", "les", "passé",
        "depuis", "avec", "nous", "dans", "aux", "une", "et", "soir", "matin", "avant",
    ]
}
