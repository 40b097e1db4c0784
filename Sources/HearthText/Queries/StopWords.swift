/// Words that say how a question is put and not what it is about. They are folded but not stemmed.
///
/// They are indexed, so that phrases hold, but a query drops them unless it has nothing else. A list counts in every
/// query if its words can't be taken for those of another language: German `die` and `war` are English words, so the
/// German list counts only in a German query, and likewise those of other languages of Latin script.
enum StopWords {
    /// Whether a query drops a word.
    static func contains(_ word: String, inGerman isGerman: Bool) -> Bool {
        contains(lists(with: word), inGerman: isGerman)
    }

    /// The same for a word that was looked up.
    static func contains(_ lists: Lists, inGerman isGerman: Bool) -> Bool {
        lists.contains(.everywhere) || isGerman && lists.contains(.german)
    }

    /// Which lists have a word.
    struct Lists: OptionSet {
        let rawValue: UInt8
        /// That of a language whose words count in every query.
        static let everywhere = Lists(rawValue: 1)
        static let english = Lists(rawValue: 2)
        static let german = Lists(rawValue: 4)
        /// That of another language of Latin script, and not the English one.
        static let otherLatin = Lists(rawValue: 8)
    }

    /// Which lists have a word: all that a query needs to know of it, looked up once.
    static func lists(with word: String) -> Lists { byWord[word] ?? [] }

    private static let byWord: [String: Lists] = {
        var lists: [String: Lists] = [:]
        for word in everywhere { lists[word, default: []].insert(.everywhere) }
        for word in english { lists[word, default: []].insert(.english) }
        for word in german { lists[word, default: []].insert(.german) }
        for word in latin.joined() where !english.contains(word) { lists[word, default: []].insert(.otherLatin) }
        return lists
    }()

    /// The list of the language of Latin script, other than English and German, that a query is in; nothing if there is none.
    ///
    /// A query is in the language from whose list it has most words if two of them and more have two letters and are not English ones,
    /// they are more than those that English has too, and none is there that only English has. No list has what is a common English
    /// word of another kind, such as "comment" and "door".
    ///
    /// - Parameters:
    ///   - words: The words of the query.
    ///   - lists: For each, which lists have it.
    static func list(of words: [String], _ lists: [Lists]) -> Set<String> {
        guard lists.count(where: { $0.contains(.otherLatin) }) > 1 else { return [] }
        let words = Set(words.filter { $0.utf8.count > 1 })
        guard words.count > 1 else { return [] }
        let most = latin.max { $0.intersection(words).count < $1.intersection(words).count } ?? []
        let (own, shared) = (most.intersection(words).subtracting(english), english.intersection(words))
        guard own.count > 1, own.count > shared.count, shared.isSubset(of: most) else { return [] }
        return most
    }

    private static let everywhere = english.union(russian).union(arabic).union(hebrew).union(hindi)

    private static let latin = [french, spanish, italian, portuguese, dutch]

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

    private static let french = words(
        """
        a aller alors as au aurait auras aussi autre aux avaient avais avait avec avez avoir avons c ce cela ces cet cette ceux
        chez d dans de des depuis dernier derniere dis dit donc dont du elle elles en encore es est et etaient etais
        etait ete etes etre eu eux faire fait fais faut il ils j je jusqu l la le les leur leurs lui m ma mais me meme mes moi mon n
        ne ni nos notre nous on ont ou par parce pas peu peut peux pouvez pourquoi pourrais pourriez qu quand que quel quelle
        quelles quels quelqu qui quoi s sa sais sans savez savoir se sera ses si soit sommes sont suis sur t ta te tes toi ton
        tous toute toutes tres tu un une va vais vas veut veux voici voila vos votre vous y
        """
    )

    private static let spanish = words(
        """
        a acerca ahora al algo alguien alguna algunas alguno algunos antes asi aun aunque cada como con cual cuales cuando cuanta
        cuantas cuanto cuantos de decir decirme del desde dime donde dos el ella ellas ello ellos en entre eran eras eres es esa
        esas ese eso esos esta estaba estan estar estas este esto estos estoy fue fueron ha haber habia hace hacer hacia han has hasta he
        hemos hizo la las le les lo los mas me mi mio mis mucho muy nada ni no nos nosotros nuestra nuestras nuestro nuestros o os otra
        otro para pero poco por porque puede puedes puedo que quien quienes sabe sabes se ser si sido sobre soy su sus tambien te
        tener tengo ti tiene tienen tienes todos tu tus tuvo un una uno unos va vas voy y ya yo
        """
    )

    private static let italian = words(
        """
        a abbiamo abbia agli al alla alle allo anche ancora avere aveva avevo avevi c che chi cio come con cosa cui d da dagli dai
        dal dalla dalle dallo degli dei del dell della delle dello di dirmi dov dove e erano eri essere fa fai fatto gli ha
        hai hanno ho i il in io l la le lei li lo loro lui ma me messa messo mi mie miei mio molto ne negli nei nel nella nelle nello noi non nostra
        nostre nostri nostro o ogni per perche piu poi posso puo puoi qual quale quali quando quanta quante quanti quanto quel quella quelle
        quelli quello questa queste questi questo qui sa sai se sei si sia siamo siete so solo sono sta stai stato su sua sugli sui sul
        sulla sulle suo suoi te ti tra tu tua tue tuo tuoi tutti tutto un una uno va vai vi voi vostro
        """
    )

    private static let portuguese = words(
        """
        a ao aos as com como da das de dela delas dele deles depois diga dizer do dos e ela elas ele eles em entre eram essa essas
        esse esses esta estao estar estas estava este estes estou eu faz fazer fez foi foram ha isso isto ja la lhe mais mas me mesmo meu
        meus minha minhas muito na nas nao nem no nos nossa nossas nosso nossos num numa o onde os ou para pela pelas pelo pelos pode podes
        podia por porque posso qual quais quando quanto quantos que quem sabe sabes se sem ser seu seus so sou sua suas tambem te tem tenho
        ter teu teus tinha tu tua tuas tudo um uma umas uns vai vais voce voces vou
        """
    )

    private static let dutch = words(
        """
        aan al alles als altijd andere ben bij daar dat de deze dit doch doen dus een eens en er ge geen gehad geweest had hadden
        heb hebben hebt heeft het hier hij hoeveel hun iemand iets ik in is ja je jij jou jouw jullie kan kun kunnen kunt maar me mee
        meer mij mijn moet na naar niet niets nog nu of om omdat onder ons onze ook op over te tegen toch toen tot u uit uw van veel
        voor waar waarom wanneer waren was wat we weet wel welk welke werd wezen wie wij wil wilt worden wordt zal ze zei zeg zelf zich zij
        zijn zo zonder zou
        """
    )

    private static let hebrew = words(
        """
        אבל או אולי אותה אותו אותי אותך אותם אז איזה איזו איך אין איפה אל אלה אם אנחנו אני אף אפשר אצל את אתה אתם בה בו בי בין בלי בשביל גם
        הוא היא היה היו הייתה הייתי הם הן הנה הרבה זאת זה זו יכול יכולה יכולים יש כאן כבר כדי כי כל כמה כמו כן כש לא לאן להגיד להם לו לומר לי
        ליד לך למה לנו לפני מאוד מאיפה מה מי מישהו מן מתי נא עד עוד על עם פה צריך רק של שלה שלהם שלו שלי שלך שלנו שם תגיד תגידי תוכל תוכלי
        """
    )

    private static let hindi = words(
        """
        अगर अपना अपनी अपने अब आप आपका आपकी आपके इस इसका इसकी इसके इसे उन उनका उनकी उनके उन्हें उस उसका उसकी उसके उसे एक और कब कभी कर करता
        करती करते करना करने का कि कितना कितनी कितने किस किसका किसकी किसके किसने की के को कोई कौन क्या क्यों कहाँ कहां गई गया गए जब जहाँ जा
        जाता जिस जो तक तब तुम तो था थी थे दिया दे देना दो न नहीं ने पर बता बताइए बताओ भी मुझे में मेरा मेरी मेरे मैं मैंने यह यहाँ या ये रहा
        रही रहे लिए वह वहाँ वे सकता सकती सकते साथ से हम हमारा हमारी हमारे हमें ही हुआ हुई हुए हूँ हूं हे है हैं हो होगा होता
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
