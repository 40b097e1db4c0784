/// What a person says to whoever is to look, before saying what for: "could you please help me find", "tell me".
///
/// It is in the question and not in the memory. A memory that was such a question itself would be found by it.
enum Request {
    /// How many words it takes at the beginning of a query; 0 if there is none, or nothing behind it.
    ///
    /// - Parameter words: The words of the query, as terms.
    static func length(in words: [String]) -> Int {
        // Nothing else begins one.
        guard let first = words.first, beginnings.contains(first) else { return 0 }
        var index = 0
        func skip(_ candidates: Set<String>) -> Bool {
            guard index < words.count, candidates.contains(words[index]) else { return false }
            index += 1
            return true
        }
        while skip(greetings) {}
        let isPolite = index > 0 && words[index - 1] == "please"
        let isAsked = skip(modals) && skip(["you"])
        if !isAsked, index > 0, modals.contains(words[index - 1]) { return 0 }
        while skip(["please", "kindly"]) {}
        let isHelp = skip(["help"]) && skip(["me"])
        _ = isHelp && skip(["to"])
        guard isPolite || isAsked || isHelp || words.dropFirst(index + 1).first == "me" else { return 0 }
        let asksForMemory = index < words.count && ["remember", "recall"].contains(words[index])
        guard skip(verbs) else { return isAsked && index < words.count ? index : 0 }
        // "remember me" is more often the name of something than a request.
        let isForSpeaker = skip(["me"]) && !asksForMemory
        guard isAsked || isHelp || isPolite || isForSpeaker else { return 0 }
        _ = skip(["about", "of", "for", "up"])
        return index < words.count ? index : 0
    }

    private static let beginnings = greetings.union(modals).union(verbs).union(["kindly", "help"])
    private static let greetings: Set<String> = ["hi", "hello", "hey", "please", "ok", "okay"]
    private static let modals: Set<String> = ["can", "could", "would", "will"]
    private static let verbs: Set<String> = [
        "find", "tell", "show", "remind", "give", "get", "look", "search", "list", "recall", "remember", "explain",
    ]
}
