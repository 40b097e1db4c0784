/// Characters that hold a sentence together and say nothing alone.
enum FunctionCharacters {
    /// Whether a character may be a word that is worth looking for: an ideograph or a Hangul syllable that is not of
    /// the commonest particles, pronouns and endings. Kana alone are particles and endings.
    static func canBeWord(_ character: String) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        let isIdeograph = (0x3400...0x9FFF).contains(scalar) || (0x20000...0x3FFFF).contains(scalar)
        let isHangul = (0xAC00...0xD7A3).contains(scalar)
        return (isIdeograph || isHangul) && !isParticle(character)
    }

    private static let particles = Set(
        "的了是在我你他她它们這这那哪谁誰什么怎样几多少吗呢吧啊呀和与跟把被给从到对为就都也还又很不没有会能要去来说上下里个之其何"
            + "은는이가을를에의로와과도만다요지고서니까해하게기나던들면며야어아었았겠습데한할된될인일것수저그내네누무뭐왜언제디"
    )

    private static func isParticle(_ character: String) -> Bool {
        character.first.map(particles.contains) ?? false
    }
}
