import Testing

@testable import HearthText

/// What merges come to, told by examples. The side named first ranks first.
@Suite struct ContentMerging {
    private func merge(_ base: String?, _ edits: String...) -> String {
        ContentMerge.merge(base: base, edits: edits)
    }

    @Test func `edits in different places both stay`() {
        #expect(
            merge(
                "Ana likes tea. She lives in Oslo. Her cat is called Miso.",
                "Ana likes green tea. She lives in Oslo. Her cat is called Miso.",
                "Ana likes tea. She lives in Oslo. Her cat is called Soba."
            ) == "Ana likes green tea. She lives in Oslo. Her cat is called Soba."
        )
    }

    @Test func `neighbouring sentences are different places`() {
        #expect(
            merge(
                "Ana likes tea. She lives in Oslo.",
                "Ana likes cocoa. She lives in Oslo.",
                "Ana likes tea. She lives in Bergen."
            )
                == "Ana likes cocoa. She lives in Bergen."
        )
    }

    @Test func `additions at the same place both stay, in rank order`() {
        let (cat, dog) = ("Ana likes tea. She has a cat.", "Ana likes tea. She has a dog.")
        #expect(merge("Ana likes tea.", cat, dog) == "Ana likes tea. She has a cat. She has a dog.")
        #expect(merge("Ana likes tea.", dog, cat) == "Ana likes tea. She has a dog. She has a cat.")
    }

    @Test func `the same edit on both sides appears once`() {
        #expect(merge("Ana likes tea.", "Ana likes COCOA.", "Ana likes  cocoa.") == "Ana likes COCOA.")
        #expect(
            merge(
                "Ana likes tea. She lives in Oslo.",
                "Ana likes tea. New. She lives in Oslo.",
                "Ana likes tea. New. She moved."
            )
                == "Ana likes tea. New. She moved."
        )
        #expect(merge("- tea", "- tea\n- milk\n- eggs", "- tea\n- eggs\n- bread") == "- tea\n- milk\n- eggs\n- bread")
    }

    @Test func `what two sides say at neighbouring places appears once`() {
        let base = "Ana likes tea. She lives in Oslo."
        let added = "Ana likes tea. She lives in Oslo. She is six."
        let reworded = "Ana likes tea. She moved. She is six. She has a cat."
        #expect(merge(base, reworded, added) == reworded)
        #expect(merge(base, added, reworded) == reworded)
        #expect(
            merge(
                "Ana likes tea. She lives in Oslo. She is six.",
                "Ana likes tea. She moved. She has a cat. She is six.",
                "Ana likes tea. She lives in Oslo. She has a cat. She is seven."
            )
                == "Ana likes tea. She moved. She has a cat. She is seven."
        )
    }

    @Test func `overlapping edits keep both wordings`() {
        #expect(
            merge("Ana likes tea.", "Ana likes cocoa.", "Ana likes coffee.") == "Ana likes cocoa. Ana likes coffee."
        )
        #expect(merge("Dark mode", "Light mode", "Dim mode") == "Light mode\nDim mode")
    }

    @Test func `a wording that contains the other stands for both`() {
        #expect(
            merge("Ana likes tea.", "Ana likes cocoa.", "Ana likes milk. Ana likes cocoa.")
                == "Ana likes milk. Ana likes cocoa."
        )
    }

    @Test func `what one side deletes and no other touches goes, and an edit goes before a deletion`() {
        let base = "Ana likes tea. She lives in Oslo. She is six."
        #expect(
            merge(base, "Ana likes tea. She is six.", "Ana likes tea. She lives in Oslo. She is seven.")
                == "Ana likes tea. She is seven."
        )
        #expect(
            merge(base, "Ana likes tea. She is six.", "Ana likes tea. She lives in Bergen. She is six.")
                == "Ana likes tea. She lives in Bergen. She is six."
        )
        #expect(merge(base, "", "Ana likes tea. She lives in Oslo. She is seven.") == "She is seven.")
    }

    @Test func `lists merge item by item`() {
        #expect(
            merge("Buy:\n- milk\n- eggs\n", "Buy:\n- milk\n- bread\n- eggs\n", "Buy:\n- milk\n- eggs\n- tea\n")
                == "Buy:\n- milk\n- bread\n- eggs\n- tea\n"
        )
        #expect(
            merge("- milk\n- eggs", "- milk\n- eggs\n- tea", "- milk\n- eggs\n- rum") == "- milk\n- eggs\n- tea\n- rum"
        )
        #expect(merge("- milk", "- oat milk.", "- soy milk.") == "- oat milk.\n- soy milk.")
        #expect(
            merge(
                "- Buy milk. Low fat.\n- Call.",
                "- Buy milk. A litre. Low fat.\n- Call.",
                "- Buy milk. Organic. Low fat.\n- Call Bo."
            )
                == "- Buy milk. A litre. Organic. Low fat.\n- Call Bo."
        )
        #expect(merge("Plan.", "Plan.\n- tea.", "Plan. Hurry.") == "Plan.\n- tea.\nHurry.")
    }

    @Test func `Chinese merges sentence by sentence, without spaces`() {
        #expect(merge("他喜欢茶。她住在北京。", "他喜欢绿茶。她住在北京。", "他喜欢茶。她住在上海。") == "他喜欢绿茶。她住在上海。")
        #expect(merge("他喜欢茶。", "他喜欢茶。她有一只猫。", "他喜欢茶。她有一只狗。") == "他喜欢茶。她有一只猫。她有一只狗。")
        #expect(merge("他喜欢茶。", "他喜欢绿茶。", "他喜欢红茶。") == "他喜欢绿茶。他喜欢红茶。")
    }

    @Test func `Japanese merges sentence by sentence, quotations too`() {
        #expect(
            merge("朝は紅茶を飲む。「行こう。」雨だ。", "朝は緑茶を飲む。「行こう。」雨だ。", "朝は紅茶を飲む。「待って。」雨だ。")
                == "朝は緑茶を飲む。「待って。」雨だ。"
        )
        #expect(merge("・牛乳\n・卵", "・牛乳\n・パン\n・卵", "・牛乳\n・卵\n・茶") == "・牛乳\n・パン\n・卵\n・茶")
    }

    @Test func `paragraphs, spaces and line ends are kept as they are`() {
        #expect(merge("One.\n\nTwo.\n", "One.\n\nNew.\n\nTwo.\n", "One.\n\nThree.\n") == "One.\n\nNew.\n\nThree.\n")
        #expect(merge("  One.\r\n\tTwo.  ", "  One.\r\n\tTwo!  ", "  Once.\r\n\tTwo.  ") == "  Once.\r\n\tTwo!  ")
    }

    @Test func `a change of case or spacing alone stays where nobody rewords`() {
        #expect(
            merge("Ana likes tea. Bo too.", "ANA likes tea. Bo too.", "Ana likes tea.\nBo too.")
                == "ANA likes tea.\nBo too."
        )
        #expect(
            merge("Ana likes tea. Bo too.", "ANA likes tea. Bo too.", "Ana likes rum. Bo too.")
                == "Ana likes rum. Bo too."
        )
    }

    @Test func `without a common text every side is an addition`() {
        #expect(merge(nil, "Ana likes tea.", "Bo likes rum.") == "Ana likes tea. Bo likes rum.")
        #expect(merge(nil, "Ana likes tea. Bo likes rum.", "Bo likes rum.") == "Ana likes tea. Bo likes rum.")
        #expect(merge(nil, "", "Bo likes rum.") == "Bo likes rum.")
    }

    @Test func `rules between paragraphs may stand as often as sides put them`() {
        #expect(merge("Top", "Top\n---\nAna", "Top\n---\nBo") == "Top\n---\nAna\nBo")
        #expect(merge("Top", "Top\nA\n---\nAna", "Top\nB\n---\nBo") == "Top\nA\n---\nAna\nB\n---\nBo")
    }

    @Test func `sides of any number merge at once`() {
        let base = "One. Two. Three."
        #expect(
            merge(base, "Once. Two. Three.", "One. Twice. Three.", "One. Two. Thrice.", base) == "Once. Twice. Thrice."
        )
        #expect(
            merge(base, "One. Also. Two. Three.", "One. But. Two. Three.", "One. Three.") == "One. Also. But. Three."
        )
    }
}
