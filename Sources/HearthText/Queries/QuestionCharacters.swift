/// How a question is put in scripts without spaces: 什么地方 (where), どこにありますか (where is). Other questions are put so too.
enum QuestionCharacters {
    /// The longest first, so that each takes what it can.
    private static let wordings = [
        "可以告诉我", "可以告訴我", "能告诉我", "能告訴我", "你知道", "什么地方", "什麼地方", "什么时候", "什麼時候", "告诉我", "告訴我", "在哪里",
        "在哪裡", "在哪儿", "在哪兒", "为什么", "為什麼", "怎么样", "怎麼樣", "请问", "請問", "哪里", "哪裡", "哪儿", "哪兒", "什么", "什麼", "怎么",
        "怎麼", "どこにありますか", "どこにあります", "どこにありました", "どこですか", "どこにある", "どこに", "どこで", "どこ", "ありますか", "教えてください", "教えて",
        "何ですか", "いつですか", "でしょうか", "ですか", "ますか", "ましたか", "어디에", "어디", "알려줘", "알려주세요", "있나요", "있습니까", "있어요", "있어", "있지",
    ]
    .map { $0.map(String.init) }
    .sorted { $0.count > $1.count }

    /// The places of the characters that only say that something is asked.
    static func places(in characters: ArraySlice<String>) -> Set<Int> {
        var places: Set<Int> = []
        var index = characters.startIndex
        while index < characters.endIndex {
            let rest = characters[index...]
            guard let wording = wordings.first(where: { rest.starts(with: $0) }) else {
                index += 1
                continue
            }
            places.formUnion(index..<index + wording.count)
            index += wording.count
        }
        return places
    }
}
