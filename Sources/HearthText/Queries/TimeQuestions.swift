/// Tells a question that is about a time from one that only names a time.
///
/// "What happened in May 2025?" asks for what was made then. "When did she go camping in May?" asks for camping.
enum TimeQuestions {
    /// The words of a query that say nothing but that something was. They are in the form of the analyser, and not stemmed.
    struct Fillers {
        /// Whether the query has a word that English does not have.
        private let isForeign: Bool

        /// - Parameter words: The words of the query.
        init(of words: [String]) {
            isForeign = words.contains {
                TimeQuestions.foreign.contains($0) || MonthName($0).map { $0.isForeign } == true
            }
        }

        /// Whether a word is one. What is an English word too is none in an English query: `war in May 2025`.
        func contains(_ word: String) -> Bool {
            TimeQuestions.english.contains(word) || TimeQuestions.foreign.contains(word)
                || isForeign && TimeQuestions.ambiguous.contains(word)
        }
    }

    /// Whether a character of a script without spaces says nothing about what is asked for.
    static func isFillerCharacter(_ character: String) -> Bool {
        !FunctionCharacters.canBeWord(character) || character.first.map(fillerCharacters.contains) ?? false
    }

    private static let english = words(
        """
        happen happened happening happens occur occurred occurs event events go goes going gone went thing things stuff
        anything everything something nothing memory memories note notes entry entries record records recorded log logs
        logged diary journal story stories history take takes taking taken took place
        show list find give tell get see look search recall remember remembered say said talk talked talking discuss
        discussed write wrote written store stored save saved note noted add added make made create created put
        new news day days week weeks weekend weekends month months year years date dates time times today morning
        afternoon evening night monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
        recap summary summarize overview interesting
        early late mid beginning start middle end first second third fourth last half quarter part past previous back
        ago around since till throughout onwards whole entire like please later earlier prior starting
        """
    )

    /// What people say of a time in Spanish, French, German, Italian, Portuguese, Dutch and Russian, function words
    /// included. None of it is an English word.
    private static let foreign = words(
        """
        que paso pasado pasaron ocurrio ocurrieron sucedio sucedieron acontecio hice hicimos hizo hicieron hemos hecho
        hacia hablamos hablo hubo habia fue fueron estaba esta este el unos unas en del por para se nos lo le
        su mi mis nuestro nuestra cosas cosa algo cuando donde como quien quienes cual cuales recuerdas recuerdos
        notas muestra muestrame cuentame eventos acontecimientos durante mes meses ano anos semana dias desde hasta il
        ils elle elles passe passee passait qu quoi ce cette quels quelles quel quelle evenements choses avons avez
        avait etait etaient ont fut jour jours mois annee semaine pendant depuis avec dans aux au et je vous leur
        notre nous qui moi toi lui leurs montre raconte che successo accaduto avvenuto succede avvenne abbiamo fatto ho hai hanno stato stati gli
        di della dello dei degli nel nella nello nei era erano eventi mese anno settimana giorno giorni quali quale
        quando chi mostrami dimmi ricordi um uma nas da aconteceu aconteceram fiz fizemos fizeram houve ocorreu quais
        qual quem onde passou foi coisas coisa dia lembra lembrancas wat gebeurde gebeurd gebeurden het een heb hebben
        hebt ik wij deed deden gedaan waren werd voor welke wie waar wanneer dingen gebeurtenissen maand jaar plaats
        vond zijn ons onze tijdens sinds ich wir ihr passiert passierte geschehen geschah ereignisse ereignis
        ereignete stattgefunden statt gemacht getan machte machten erlebt gab gibt notizen zeig zeige dinge alles
        monat jahr woche wahrend seit vorgefallen haben hatten hast unternommen anfang mitte ende произошло
        происходило случилось случалось делал делала делали сделал сделала сделали событие события событий запись
        записи заметка заметки год года году месяц месяца месяце неделя неделю неделе день дня дни дело дела покажи
        расскажи вспомни говорили обсуждали писал писала
        """
    )

    /// Words of the same kind that are English words as well, so that they count only beside one of the others.
    private static let ambiguous = words(
        """
        a de la die war tag tage hay con son dime me te tu pour fait on come note state van week dag in is op fand was
        des les un una do as no i y o sus todo todos est arrive eu lieu sur ou souvenirs du l s j c n t ai e ed os em
        na dos das fez er met hoe im los las
        """
    )

    /// 发生了什么, 做过什么事情, 何があった, 무슨 일이 있었어.
    private static let fillerCharacters = Set("发發生事情做作过過时時候候間间有谁誰何么麼슨")

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}
