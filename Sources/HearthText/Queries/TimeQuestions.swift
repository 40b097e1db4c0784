/// Tells a question that is about a time from one that only names a time.
///
/// "What happened in May 2025?" asks for what was made then. "When did she go camping in May?" asks for camping.
enum TimeQuestions {
    /// Whether a word says nothing but that something was. It is in the form of the analyser, and not stemmed.
    static func isFiller(_ word: String) -> Bool { fillers.contains(word) }

    /// Whether a character of a script without spaces says nothing about what is asked for.
    static func isFillerCharacter(_ character: String) -> Bool {
        !FunctionCharacters.canBeWord(character) || character.first.map(fillerCharacters.contains) ?? false
    }

    private static let fillers = Set(
        """
        happen happened happening happens occur occurred occurs event events go goes going gone went thing things stuff
        anything everything something nothing memory memories note notes entry entries record records recorded log logs
        logged diary journal story stories history
        show list find give tell get see look search recall remember remembered say said talk talked talking discuss
        discussed write wrote written store stored save saved note noted add added make made create created put
        new news day days week weeks weekend weekends month months year years date dates time times today morning
        afternoon evening night monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
        recap summary summarize overview interesting
        early late mid beginning start middle end first second third fourth last half quarter part past previous back
        ago around since till throughout onwards whole entire like please
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)
    )

    /// 发生了什么, 做过什么事情, 何があった, 무슨 일이 있었어.
    private static let fillerCharacters = Set("发發生事情做作过過时時候候間间有谁誰何么麼슨")
}
