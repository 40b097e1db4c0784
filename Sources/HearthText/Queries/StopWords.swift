/// Words that say how a question is put and not what it is about. They are folded but not stemmed.
///
/// They are indexed, so that phrases hold, but a query drops them unless it has nothing else. A list counts in every
/// query if its words can't be taken for those of another language: German `die` and `war` are English words, so the
/// German list counts only in a German query.
enum StopWords {
    /// Whether a query drops a word.
    static func contains(_ word: String, inGerman isGerman: Bool) -> Bool {
        everywhere.contains(word) || isGerman && german.contains(word)
    }

    static func isEnglish(_ word: String) -> Bool { english.contains(word) }
    static func isGerman(_ word: String) -> Bool { german.contains(word) }

    private static let everywhere = english.union(russian).union(arabic)

    /// Snowball's list, contractions as the analyser writes them, and the modal verbs it leaves out.
    private static let english = words(
        """
        a about above after again against all am an and any are arent as at be because been before being below between
        both but by can cannot cant could couldnt did didnt do does doesnt doing dont down during each few for from
        further had hadnt has hasnt have havent having he her here hers herself him himself his how i if in into is
        isnt it its itself just may me might more most mustnt my myself no nor not now of off on once only or other
        ought our ours ourselves out over own same shall shant she should shouldnt so some such than that the their
        theirs them themselves then there these they this those through to too under until up us very was wasnt we
        were werent what when where which while who whom whose why will with wont would wouldnt you your yours
        yourself yourselves
        """
    )

    private static let german = words(
        """
        aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da damit dann das dass
        dein deine deinem deinen deiner dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch
        dort du durch ein eine einem einen einer eines er es etwas euch euer eure fur hab habe haben hat hatte hatten
        hattest hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann
        kannst kein keine keinem keinen keiner konnen man mein meine meinem meinen meiner meines mich mir mit muss
        nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so soll sollen uber um
        und uns unser unsere unserem unseren unserer unter viel viele vom von vor wann war waren warum was weil welche
        welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieder wieviel will wir wird wo wohin
        womit woher wurde wurden zu zum zur zwischen
        """
    )

    private static let russian = words(
        """
        а без более бы был была были было быть в вам вас вдруг ведь во вот все всего всех вы где да даже для до его ее
        ей если есть еще же за и из или им их к как какая какие какой какого каком кем когда ком кому кто куда ли мне
        много мог может можно мой моего моей мои моя моем моих мы на над надо нам нас наш не него нее нет ни них но ну
        о об один он она они оно от откуда по под после потом потому почему при про раз с сам свое свой своего своей
        себе себя сейчас со сколько так такой там тебе тебя тем теперь то тогда того тоже той только том тот тут ты у
        уже чего чей чем через что чтобы эта эти этих это этого этой этом этот эту я
        """
    )

    /// Folded: every alef is ا, final yaa is ي, taa marbuta is ه.
    private static let arabic = words(
        """
        في من الي علي عن مع هذا هذه ذلك تلك هو هي هم هن انا انت نحن ان او ام ما ماذا متي اين كيف لماذا هل كم اي ايه
        التي الذي الذين لا لم لن قد كان كانت يكون تكون كل بعد قبل عند بين حتي ثم لكن لو اذا و ب ل ف ك لي له لها لهم به
        بها فيه فيها منه منها عليه عليها اليه اليها هناك هنا ايضا فقط مثل غير بعض
        """
    )

    private static func words(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }
}

/// Characters that hold a sentence together and say nothing alone.
enum FunctionCharacters {
    /// Whether a character may be a word that is worth looking for: an ideograph or a Hangul syllable that is not one
    /// of the commonest particles, pronouns and endings. Single kana are particles and endings.
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
