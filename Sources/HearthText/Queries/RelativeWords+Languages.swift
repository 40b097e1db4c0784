extension RelativeWords {
    static let all = [english, german, french, spanish, russian, italian, dutch, portuguese]

    /// The beginnings of all languages.
    static let allBeginnings = all.reduce(into: Set<String>()) { $0.formUnion($1.beginnings) }

    // Units are 0 days, 1 weeks, 2 months, 3 years, 4 weekends and 5 hours; the days to come have a minus sign.

    private static let english = RelativeWords(
        days: """
            0 today, 1 yesterday, 2 the day before yesterday, 2 day before yesterday, 1 last night, 0 this morning,
            0 this afternoon, 0 this evening, 0 tonight, -1 tomorrow, -2 the day after tomorrow, -2 day after tomorrow
            """,
        units: "0 day days, 1 week weeks, 2 month months, 3 year years, 4 weekend, 5 hour hours",
        weekends: "week end",
        weekdays: "0 monday, 1 tuesday, 2 wednesday, 3 thursday, 4 friday, 5 saturday, 6 sunday",
        last: "last",
        next: "next coming upcoming",
        this: "this",
        agoBehind: "ago",
        aheadInFront: "in",
        aheadBehind: "from now, from today",
        spans: "last past",
        nextSpans: "next coming",
        on: "on at over since during in",
        articles: "the",
        numbers: """
            1 a an one, 2 two, 3 three, 4 four, 5 five, 6 six, 7 seven, 8 eight, 9 nine, 10 ten, 11 eleven, 12 twelve
            """,
        few: "few, a few, several, couple of, a couple of"
    )

    private static let german = RelativeWords(
        days: """
            0 heute, 1 gestern, 2 vorgestern, 0 heute morgen, 0 heute früh, 1 gestern morgen, 1 gestern früh, -1 morgen,
            -1 morgen früh, -2 übermorgen, -2 uebermorgen
            """,
        units: """
            0 tag tage tagen, 1 woche wochen, 2 monat monate monaten monats, 3 jahr jahre jahren jahres, 4 wochenende,
            5 stunde stunden
            """,
        weekdays: "0 montag, 1 dienstag, 2 mittwoch, 3 donnerstag, 4 freitag, 5 samstag sonnabend, 6 sonntag",
        last:
            "letzte letzter letzten letztes letztem vorige voriger vorigen voriges vergangene vergangenen vergangenes",
        next: """
            nächste nächster nächsten nächstes nächstem naechste naechster naechsten naechstes kommende kommender kommenden
            kommendes
            """,
        this: "diese dieser diesen dieses diesem",
        agoInFront: "vor",
        aheadInFront: "in",
        spans: "letzten vergangenen",
        nextSpans: "nächsten naechsten kommenden",
        on: "am seit übers",
        articles: "dem",
        numbers: """
            1 ein eine einem einen einer, 2 zwei, 3 drei, 4 vier, 5 fünf, 6 sechs, 7 sieben, 8 acht, 9 neun, 10 zehn
            """,
        few: "paar, ein paar, einigen, wenigen, mehreren"
    )

    private static let french = RelativeWords(
        days: "0 aujourd hui, 1 hier, 2 avant hier, -1 demain, -2 après demain, -2 apres demain",
        units: """
            0 jour jours, 1 semaine semaines, 2 mois, 3 an ans année annee années annees, 4 weekend, 5 heure heures
            """,
        weekends: "week end",
        weekdays: "0 lundi, 1 mardi, 2 mercredi, 3 jeudi, 4 vendredi, 5 samedi, 6 dimanche",
        last: "dernier dernière derniere passé passée passe passee",
        next: "prochain prochaine",
        order: .behind,
        nextBehind: "qui vient, à venir",
        this: "ce cette",
        agoInFront: "il y a, y a",
        aheadInFront: "dans, d ici",
        spans: "derniers dernières dernieres",
        nextSpans: "prochains prochaines",
        on: "depuis",
        articles: "le",
        numbers: "1 un une, 2 deux, 3 trois, 4 quatre, 5 cinq, 6 six, 7 sept, 8 huit, 9 neuf, 10 dix",
        few: "quelques, plusieurs"
    )

    private static let spanish = RelativeWords(
        days: """
            0 hoy, 1 ayer, 2 anteayer, 2 antes de ayer, 1 anoche, -1 mañana, -1 mañana por la mañana, -2 pasado mañana
            """,
        units: "0 día días dia dias, 1 semana semanas, 2 mes meses, 3 año años, 5 hora horas",
        weekends: "fin de semana, finde",
        weekdays: "0 lunes, 1 martes, 2 miércoles miercoles, 3 jueves, 4 viernes, 5 sábado sabado, 6 domingo",
        last: "pasado pasada",
        next: "próximo próxima proximo proxima",
        order: .either,
        nextBehind: "que viene, entrante",
        this: "este esta",
        agoInFront: "hace",
        agoBehind: "atrás, atras",
        aheadInFront: "en, dentro de",
        spans: "últimos últimas ultimos ultimas",
        nextSpans: "próximos próximas proximos proximas",
        on: "desde",
        articles: "el",
        isArticleEnough: true,
        numbers: "1 un una, 2 dos, 3 tres, 4 cuatro, 5 cinco, 6 seis, 7 siete, 8 ocho, 9 nueve, 10 diez",
        few: "unos, unas, pocos, pocas, unos pocos, unas pocas, varios, varias, algunos, algunas, unos cuantos"
    )

    private static let russian = RelativeWords(
        days: "0 сегодня, 1 вчера, 2 позавчера, -1 завтра, -2 послезавтра",
        units: """
            0 день дня дней дни, 1 неделю неделе недели недель неделя, 2 месяц месяце месяца месяцев,
            3 год году года лет, 4 выходные выходных, 5 час часа часов
            """,
        weekdays: """
            0 понедельник понедельника, 1 вторник вторника, 2 среду среды, 3 четверг четверга, 4 пятницу пятницы,
            5 субботу субботы, 6 воскресенье воскресенья
            """,
        last: "прошлый прошлой прошлую прошлом прошлое прошлая прошлые прошлых",
        next: "следующий следующей следующую следующем следующее следующая следующие следующих будущем",
        this: "эту этой этом этот эти этих",
        agoBehind: "назад",
        aheadInFront: "через",
        spans: "последние",
        nextSpans: "ближайшие следующие",
        on: "в во с на",
        numbers: "1 один одну, 2 два две, 3 три, 4 четыре, 5 пять, 6 шесть, 7 семь, 8 восемь, 9 девять, 10 десять",
        isOneSilent: true,
        few: "несколько, пару"
    )

    private static let italian = RelativeWords(
        days:
            "0 oggi, 1 ieri, 2 altro ieri, 2 avantieri, 0 stasera, 0 stamattina, -1 domani, -2 dopodomani, -2 dopo domani",
        units: """
            0 giorno giorni, 1 settimana settimane, 2 mese mesi, 3 anno anni, 4 weekend, 5 ora ore
            """,
        weekends: "fine settimana, week end",
        weekdays: """
            0 lunedì lunedi, 1 martedì martedi, 2 mercoledì mercoledi, 3 giovedì giovedi, 4 venerdì venerdi, 5 sabato,
            6 domenica
            """,
        last: "scorso scorsa passato passata",
        next: "prossimo prossima",
        order: .either,
        this: "questo questa quest",
        agoBehind: "fa",
        aheadInFront: "tra, fra",
        spans: "ultimi ultime",
        nextSpans: "prossimi prossime",
        on: "da dal nel",
        articles: "il",
        numbers: "1 un uno una, 2 due, 3 tre, 4 quattro, 5 cinque, 6 sei, 7 sette, 8 otto, 9 nove, 10 dieci",
        few: "pochi, poche, alcuni, alcune, qualche"
    )

    private static let dutch = RelativeWords(
        days: "0 vandaag, 1 gisteren, 2 eergisteren, 1 gisteravond, 0 vanavond, 0 vanochtend, -2 overmorgen",
        units: "0 dag dagen, 1 week weken, 2 maand maanden, 3 jaar jaren, 4 weekend weekeinde, 5 uur uren",
        weekdays: "0 maandag, 1 dinsdag, 2 woensdag, 3 donderdag, 4 vrijdag, 5 zaterdag, 6 zondag",
        last: "vorige vorig afgelopen verleden",
        next: "volgende volgend komende komend",
        this: "deze dit",
        agoBehind: "geleden",
        aheadInFront: "over",
        spans: "afgelopen laatste",
        nextSpans: "komende volgende",
        on: "op sinds in",
        articles: "het",
        numbers: "1 een één, 2 twee, 3 drie, 4 vier, 5 vijf, 6 zes, 7 zeven, 8 acht, 9 negen, 10 tien",
        few: "paar, een paar, enkele"
    )

    private static let portuguese = RelativeWords(
        days: """
            0 hoje, 1 ontem, 2 anteontem, 2 antes de ontem, -1 amanhã, -1 amanha, -2 depois de amanhã, -2 depois de amanha
            """,
        units: "0 dia dias, 1 semana semanas, 2 mês mes meses, 3 ano anos, 5 hora horas",
        weekends: "fim de semana",
        weekdays: """
            0 segunda, 1 terça terca, 2 quarta, 3 quinta, 4 sexta, 5 sábado sabado, 6 domingo
            """,
        last: "passado passada",
        next: "próximo próxima proximo proxima",
        order: .either,
        nextBehind: "que vem",
        this: "este esta neste nesta",
        agoInFront: "há, ha",
        agoBehind: "atrás, atras",
        aheadInFront: "em, daqui a",
        spans: "últimos últimas ultimos ultimas",
        nextSpans: "próximos próximas proximos proximas",
        on: "no na desde",
        articles: "o",
        numbers: "1 um uma, 2 dois duas, 3 três tres, 4 quatro, 5 cinco, 6 seis, 7 sete, 8 oito, 9 nove, 10 dez",
        few: "poucos, poucas, alguns, algumas, vários, várias"
    )
}
