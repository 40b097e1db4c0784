/// English words to stems: irregular forms by a list, everything else by Porter's rules.
enum EnglishStemmer {
    /// Reduces a word of lower-case ASCII letters in place, unless it has a stem that nobody looks for.
    static func stem(_ word: inout WordBuffer, lookingFor sought: FirstLetters = .all) {
        guard sought.contains(word[0], word.count > 1 ? word[1] : nil) else { return }
        if let stem = irregularForms[word] {
            word.replace(with: stem)
        } else {
            PorterStemmer.stem(&word)
        }
    }

    /// Irregular forms and their stems: went → go.
    private static let forms = IrregularForms.table.flatMap { row in
        let words = row.split(separator: " ")
        var base = WordBuffer(words[0])
        PorterStemmer.stem(&base)
        return words.dropFirst().map { (word: String($0), value: base.string) }
    }

    /// Stems by irregular form.
    private static let irregularForms = WordTable(forms)

    /// The first two letters of the irregular forms whose stems begin otherwise, by the first letter of the stem, of which
    /// 1 stands for a: `went` is a form of `go`.
    static let otherBeginnings: [[(stem: Beginning, form: Beginning)]] = forms.reduce(
        into: Array(repeating: [], count: 32)
    ) { beginnings, form in
        let (stem, word) = (Beginning(form.value), Beginning(form.word))
        if stem != word { beginnings[Int(stem.first & 31)].append((stem, word)) }
    }

    /// The first two letters of a word.
    struct Beginning: Equatable {
        let first: UInt8
        let second: UInt8

        fileprivate init(_ word: String) {
            let letters = Array(word.utf8)
            (first, second) = (letters[0], letters[1])
        }
    }
}

/// English verbs and nouns whose forms have no common stem that rules could find.
///
/// Each row has the base form and then the others. Left out are forms that are mostly another word (`left`, `ground`,
/// `wound`, `rose`, `bit`, `bore`). On questions about conversations the list is worth a good point of recall at rank
/// 1.
enum IrregularForms {
    static let table = """
        arise arose arisen
        awake awoke awoken
        beat beaten
        become became
        begin began begun
        bend bent
        bite bitten
        bleed bled
        blow blew blown
        break broke broken
        breed bred
        bring brought
        build built
        burn burnt
        buy bought
        catch caught
        child children
        choose chose chosen
        cling clung
        come came
        creep crept
        deal dealt
        dig dug
        draw drew drawn
        dream dreamt
        drink drank drunk
        drive drove driven
        eat ate eaten
        fall fell fallen
        feed fed
        feel felt
        fight fought
        find found
        flee fled
        fling flung
        fly flew flown
        foot feet
        forbid forbade forbidden
        forget forgot forgotten
        forgive forgave forgiven
        freeze froze frozen
        get got gotten
        give gave given
        go goes went gone
        goose geese
        grow grew grown
        hang hung
        hear heard
        hide hid hidden
        hold held
        keep kept
        kneel knelt
        knife knives
        know knew known
        lead led
        leap leapt
        learn learnt
        lend lent
        light lit
        loaf loaves
        lose lost
        make made
        man men
        mean meant
        meet met
        mistake mistook mistaken
        mouse mice
        overcome overcame
        pay paid
        prove proven
        ride rode ridden
        ring rang
        rise risen
        run ran
        say said
        see saw seen
        seek sought
        sell sold
        send sent
        shake shook shaken
        shelf shelves
        shoot shot
        show shown
        shrink shrank shrunk
        sing sang sung
        sink sank sunk
        sit sat
        sleep slept
        slide slid
        speak spoke spoken
        speed sped
        spend spent
        spill spilt
        spin spun
        spit spat
        spoil spoilt
        spring sprang sprung
        stand stood
        steal stole stolen
        stick stuck
        sting stung
        stink stank stunk
        strike struck
        strive strove striven
        swear swore sworn
        sweep swept
        swell swollen
        swim swam swum
        swing swung
        take took taken
        teach taught
        tear tore torn
        tell told
        thief thieves
        think thought
        throw threw thrown
        tooth teeth
        undergo underwent undergone
        understand understood
        undertake undertook undertaken
        wake woke woken
        wear wore worn
        weep wept
        wife wives
        win won
        withdraw withdrew withdrawn
        wolf wolves
        woman women
        write wrote written
        """
        .split(separator: "\n")
}
