/// Text that begins with a dash, such as "- wash the car", which a command line by custom takes for options.
///
/// The arguments are brought into a form in which nothing is ambiguous: a value stands beside the name of its option,
/// and the texts stand behind "--".
struct DashedText {
    private let arguments: [String]
    private let command: CommandGrammar
    /// Where the command's own arguments begin.
    private let start: Int
    /// Whether an option that the command doesn't have is text.
    private let unknownIsText: Bool

    private var options: [String] = []
    private var texts: [String] = []
    /// The arguments as they were given, with only the values of options moved beside their names.
    private var inOrder: [String] = []
    private var hasDashedText = false
    /// Whether the argument before was a text.
    private var followsText = false

    /// The arguments of the process, in a form that ArgumentParser reads as they are meant.
    ///
    /// - Parameters:
    ///   - arguments: As a person gave them, without the name of the tool.
    ///   - grammar: The tool; it is asked for only where an argument needs it.
    static func separated(_ arguments: [String], grammar: () throws -> CommandGrammar) rethrows -> [String] {
        let named = arguments.prefix { $0 != "--" }
        guard named.contains(where: mayBeText) else { return arguments }
        let (command, words) = try grammar().command(namedBy: arguments)
        guard words > 0 else { return arguments }
        var separation = DashedText(arguments: arguments, command: command, start: words)
        separation.read()
        return separation.result
    }

    /// The arguments read so that what is spelled as an option, and is none of the command's, is text.
    ///
    /// - Returns: The arguments as ArgumentParser reads them so, and how a person writes their texts.
    static func withUnknownOptionsAsText(
        in arguments: [String],
        _ grammar: CommandGrammar
    ) -> (arguments: [String], written: String) {
        let (command, words) = grammar.command(namedBy: arguments)
        var separation = DashedText(arguments: arguments, command: command, start: words, unknownIsText: true)
        separation.read()
        let texts = separation.texts
        let dashed = texts.firstIndex { isSpelledAsOption($0) } ?? texts.count
        let written = texts[..<dashed].map(quoted) + ["--"] + texts[dashed...].map(quoted)
        return (separation.result, (arguments.prefix(words) + written).joined(separator: " "))
    }

    /// The first argument that is spelled as a long option, in front of "--", which the command doesn't have; nil if
    /// there is none.
    static func unknownOption(in arguments: [String], _ grammar: CommandGrammar) -> String? {
        let (command, words) = grammar.command(namedBy: arguments)
        guard words > 0 else { return nil }
        return arguments.dropFirst(words).prefix { $0 != "--" }
            .first { isSpelledAsOption($0) && command.option(name(of: $0)) == nil }
    }

    /// The first option that needs a value, in front of "--", and that stands before what is spelled as an option: how the
    /// two are joined, so that the one is the other's value; nil if there is none.
    static func unjoinedValue(in arguments: [String], _ grammar: CommandGrammar) -> (value: String, joined: String)? {
        let (command, words) = grammar.command(namedBy: arguments)
        guard words > 0 else { return nil }
        let given = arguments.dropFirst(words).prefix { $0 != "--" }
        for (option, value) in zip(given, given.dropFirst())
        where command.option(option) == .takesValue && isSpelledAsOption(value) {
            let needsQuotes = !value.utf8.allSatisfy { isPlain($0) || "-=".utf8.contains($0) }
            return (value, "\(option)=\(needsQuotes ? quoted(value) : value)")
        }
        return nil
    }

    private init(arguments: [String], command: CommandGrammar, start: Int, unknownIsText: Bool = false) {
        self.arguments = arguments
        self.command = command
        self.start = start
        self.unknownIsText = unknownIsText
    }

    /// An option without the value that stands beside it.
    static func name(of option: String) -> String { String(option.prefix { $0 != "=" }) }

    /// A text as a shell takes it.
    private static func quoted(_ text: String) -> String {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        return !text.isEmpty && text.utf8.allSatisfy(isPlain) ? text : "'\(parts.joined(separator: "'\\''"))'"
    }

    /// Whether a shell takes a byte as it is, wherever it stands.
    private static func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || "_.:/".utf8.contains(byte)
    }

    /// Whether an argument begins with a dash and is not simply spelled as a long option is.
    private static func mayBeText(_ argument: String) -> Bool {
        argument.hasPrefix("-") && argument != "-" && !isSpelledAsOption(argument)
    }

    /// Whether an argument is spelled as a long option, known or misspelt: two dashes, a letter, and up to an equals
    /// sign nothing but letters, digits and dashes.
    private static func isSpelledAsOption(_ argument: String) -> Bool {
        guard argument.hasPrefix("--") else { return false }
        let name = argument.utf8.dropFirst(2).prefix { $0 != UInt8(ascii: "=") }
        guard let first = name.first, isLetter(first) else { return false }
        return name.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20)
    }

    private var result: [String] {
        let path = Array(arguments[..<start])
        // A command without texts says best itself what it can't take.
        guard hasDashedText, command.takesText else { return path + inOrder }
        return path + options + ["--"] + texts
    }

    private mutating func read() {
        var index = start
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" {
                inOrder += ["--"] + arguments[index...]
                texts += arguments[index...]
                return
            }
            guard let option = command.option(argument), !isWord(at: index - 1) else {
                if Self.isSpelledAsOption(argument), !isWord(at: index - 1), !isUnknownText(argument) {
                    note(option: argument)
                } else {
                    note(text: argument)
                }
                continue
            }
            guard option == .takesValue, index < arguments.count, isValue(arguments[index]) else {
                note(option: argument)
                continue
            }
            note(option: argument, value: arguments[index])
            index += 1
        }
    }

    private func isUnknownText(_ argument: String) -> Bool {
        unknownIsText && command.option(Self.name(of: argument)) == nil
    }

    /// Whether what follows an option that takes a value is that value.
    private func isValue(_ argument: String) -> Bool {
        argument != "--" && command.option(argument) == nil && !Self.isSpelledAsOption(argument)
    }

    /// Whether a request for help is none, because it stands between words: `hearth search what does -h mean`.
    private func isWord(at index: Int) -> Bool {
        guard ["-h", "--help"].contains(arguments[index]), command.takesSeveralTexts, followsText,
            index + 1 < arguments.count
        else { return false }
        return arguments[index + 1] == "-" || !arguments[index + 1].hasPrefix("-")
    }

    private mutating func note(option: String) {
        options.append(option)
        inOrder.append(option)
        followsText = false
    }

    private mutating func note(option: String, value: String) {
        // A value that begins with a dash has to stand beside the name; any other may.
        let words = value.hasPrefix("-") && value != "-" ? ["\(option)=\(value)"] : [option, value]
        options += words
        inOrder += words
        followsText = false
    }

    private mutating func note(text: String) {
        hasDashedText = hasDashedText || (text.hasPrefix("-") && text != "-")
        texts.append(text)
        inOrder.append(text)
        followsText = true
    }
}
