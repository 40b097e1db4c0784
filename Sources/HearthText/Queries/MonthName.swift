/// The months by their names: in English, and written out in eight other languages.
struct MonthName {
    /// 1…12.
    let number: Int
    /// Whether it is written out.
    let isWhole: Bool
    /// Whether it is no English word. Such a name is a month only behind a day or in front of a year: `mars`, `mei` and
    /// `set` are words of other kinds too.
    let isForeign: Bool

    /// The month that a word in lower case names.
    init?(_ word: String) {
        if let (month, isWritten) = Self.english[word] {
            (number, isWhole, isForeign) = (month, isWritten, false)
        } else if let month = Self.foreign[word] {
            (number, isWhole, isForeign) = (month, false, true)
        } else {
            return nil
        }
    }

    /// The names of all months, as far as they are one word in lower case.
    static let all = Set(english.keys).union(foreign.keys)

    /// Whether the word is only ever a month. The others are verbs, adjectives, given names: march, may, august.
    var isCertain: Bool { isWhole && !Self.withOtherReadings.contains(number) }

    /// Whether it is also a verb, which a number may go before and follow: "2 may pass".
    var isVerb: Bool { isWhole && (number == 3 || number == 5) }

    /// What may stand between a day, a month and a year: `the 3rd of June`, `3 de junio de 2026`.
    static let connectives: Set<String> = ["of", "de", "del", "di", "d"]

    private static let withOtherReadings: Set<Int> = [3, 4, 5, 6, 8]

    /// Written out, and by their first three letters.
    private static let english: [String: (number: Int, isWhole: Bool)] = {
        let names = """
            january february march april may june july august september october november december
            """
            .split(separator: " ")
        var found = ["sept": (number: 9, isWhole: false)]
        for (place, name) in names.enumerated() {
            found[String(name.prefix(3))] = (place + 1, false)
            found[String(name)] = (place + 1, true)
        }
        return found
    }()

    /// German, French, Spanish, Italian, Dutch, Portuguese, Russian in its forms (`3 мая`, `май`, `в мае`, `к маю`,
    /// `перед маем`), and Arabic.
    private static let lists = [
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
        "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре",
        "январю февралю марту апрелю маю июню июлю августу сентябрю октябрю ноябрю декабрю",
        "январём февралём мартом апрелем маем июнем июлем августом сентябрём октябрём ноябрём декабрём",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    ]

    /// The number of each foreign name, also without its accents.
    private static let foreign: [String: Int] = {
        var numbers: [String: Int] = [:]
        for list in lists {
            for (place, name) in list.split(separator: " ").enumerated() {
                let folded = TextAnalyzer(stems: false).tokens(of: String(name)).terms[0]
                for spelling in [String(name), folded] { numbers[spelling] = place + 1 }
            }
        }
        numbers.merge(others) { known, _ in known }
        return numbers
    }()

    /// Other names, what is typed without umlauts, short forms that are no English words, and the months of the Levant
    /// of one word.
    private static let others: [String: Int] = [
        "jänner": 1, "janner": 1, "jaenner": 1, "maerz": 3, "okt": 10, "dez": 12, "mrt": 3, "févr": 2, "fevr": 2,
        "juil": 7, "déc": 12, "ene": 1, "abr": 4, "dic": 12, "giu": 6, "ott": 10,
        "янв": 1, "фев": 2, "апр": 4, "авг": 8, "сен": 9, "сент": 9, "окт": 10, "ноя": 11, "дек": 12,
        "ابريل": 4, "شباط": 2, "آذار": 3, "اذار": 3, "نيسان": 4, "أيار": 5, "ايار": 5, "حزيران": 6, "تموز": 7, "آب": 8,
        "أيلول": 9, "ايلول": 9,
    ]
}
