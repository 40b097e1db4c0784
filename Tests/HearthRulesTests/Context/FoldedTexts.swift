import HearthRules
import Testing

@Suite struct FoldedTexts {
    @Test(arguments: [
        ("She likes green tea in the morning very much.", "she likes GREEN tea in the morning, very much"),
        ("喜欢在早上喝绿茶,每天都喝。", "喜欢在早上喝绿茶，每天都喝"),
    ])
    func `texts that differ in case and signs alone are folded`(first: String, second: String) {
        var duplicates = NearDuplicates()
        #expect(duplicates.take(first) == nil)
        #expect(duplicates.take(second) == 0)
    }

    @Test(arguments: [
        ("She likes green tea in the morning very much indeed", "She likes black tea at night"),
        (
            "Call her on the number 5551234 in the morning please",
            "Call her on the number 5551235 in the morning please"
        ),
        (
            "She does like to be called early in the morning hours",
            "She does not like to be called early in the morning hours"
        ),
        ("She wants it with sugar and with milk every day", "She doesn't want it with sugar and with milk every day"),
        ("", "a"),
    ])
    func `texts that may mean something else are not folded`(first: String, second: String) {
        var duplicates = NearDuplicates()
        #expect(duplicates.take(first) == nil)
        #expect(duplicates.take(second) == nil)
    }
}
