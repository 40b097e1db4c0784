import TestSupport
import Testing

@testable import HearthText

/// Whether a text has a query as it was typed.
@Suite struct TypedTexts {
    @Test(arguments: [
        ("192.168.1.10", "The router is 192.168.1.10."), ("1.2.3", "release 1.2.3, at last"), ("C++", "I like C++!"),
        ("C", "Programming in C"), ("C#", "c# and more"), ("Tom owes Anna", "tom  owes\nAnna 50"),
        (".NET", "a .NET host"),
        ("Café", "le cafe\u{301} noir"), ("what is R&D?", "She asked what is R&D"), ("don't", "I don’t"),
        ("/usr/bin", "look in /usr/bin"), ("東京", "明日は東京に行く"), ("Müller", "Frau MÜLLER"), ("Müller", "Frau Mueller"),
        ("v1.2.3", "version 1.2.3 is there"), ("C＋＋", "I like C++"),
        ("16 GB", "with 16GB memory"), ("LH441", "flight LH 441"), ("180 °C", "at 180°C"), ("½ cup", "1/2 cup of milk"),
        ("12/2025", "Invoice 4711 12/2025"), ("1/2/2026", "room 7 1/2/2026"),
        ("1/2 cup", "a ½ cup"), ("3½", "3 1/2 inches"), ("3 1/2", "3½ inches"), ("1⁄4", "add ¼"),
        ("38,6", "a fever of 38.6 °C"), ("38.6", "38,6 Grad"), ("9.5kg", "a parcel of 9,5 kg"),
        ("9,5 kg", "9.5kg of rice"),
    ])
    func `it stands there as typed`(query: String, text: String) {
        #expect(TypedText(query).match(in: text) != .none)
    }

    @Test(arguments: [
        ("192.168.1.10", "192.168.10.1"), ("192.168.1.1", "192.168.1.10"), ("1.2.3", "1.2.3.4"), ("1.2.3", "0.1.2.3"),
        ("C", "C++ and C#"), ("tag", "#tag"), ("NET", "x@NET"), ("R", "R&D"), ("Tom owes Anna", "Anna owes Tom"),
        ("run", "running"), ("Müller", "Muller"), ("v1.2.3", "1.2.3.4"), ("fi", "wi-fi"), ("10", "10,000"),
        ("gar*", "gar*"), ("?!", "?!"),
        ("16 GB", "16 files on the 32 GB stick"), ("½ cup", "1½ cup"), ("1/2 cup", "2 1/2 cup"), ("½ cup", "2 1/2 cup"),
        ("38,6", "38 and 6"), ("38,6", "138.6"), ("10,000", "10.000"), ("1.2.3", "1,2,3"), ("1.2", "1,2,3"),
        ("5 km", "6.5km"), ("", ""), ("x", ""),
    ])
    func `it does not stand there as typed`(query: String, text: String) {
        #expect(TypedText(query).match(in: text) == .none)
    }

    @Test func `capitals inside a word are preferred, others don't count`() {
        #expect(TypedText("US visa").match(in: "a US visa") == .exact)
        #expect(TypedText("US visa").match(in: "gave us visa") == .folded)
        #expect(TypedText("Visa").match(in: "a visa") == .exact)
    }

    @Test func `any text has itself, and any text and query give an answer`() {
        var generator = SeededGenerator()
        for _ in 0..<2_000 {
            let (query, text) = (generator.text(upTo: 20), generator.text(upTo: 60))
            let typed = TypedText(query)
            _ = typed.match(in: text)
            if !typed.isEmpty { #expect(typed.match(in: query) == .exact, "\(query.debugDescription)") }
        }
    }
}
