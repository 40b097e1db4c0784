import ArgumentParser
import FoundationEssentials
import HearthMemory

/// Where the key of sensitive memories comes from.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file with the key of sensitive memories; `hearth keys init` makes one.",
            discussion: "Default: HEARTH_KEY_FILE.",
            valueName: "path"
        ),
        completion: .file()
    )
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "A command that prints that key, such as \"secret-tool lookup application hearth\".",
            discussion: """
                Default: HEARTH_KEY_COMMAND. No shell reads it: blanks separate words, '…' and "…" keep blanks, \\ keeps the next character, \
                and nothing else has a meaning.
                """,
            valueName: "command"
        )
    )
    var keyCommand: String?

    @Flag(help: "Ask on the terminal for the passphrase that the key is made of, when a key is needed.")
    var passphrase = false

    func validate() throws {
        let given = [keyFile != nil, keyCommand != nil, passphrase]
        guard given.count(where: { $0 }) < 2 else {
            throw ValidationError("Give one of --key-file, --key-command and --passphrase.")
        }
        if let keyCommand { _ = try Self.words(ofCommand: keyCommand, named: "--key-command") }
        guard keyFile != "" else { throw ValidationError("--key-file is empty; give it the path of the file.") }
    }

    /// Where a key comes from.
    enum Source: Equatable {
        case file(String)
        case command([String])
        case passphrase
    }

    /// What the options say, else what the environment says; nil if neither says anything.
    func source(environment: [String: String] = CommandSettings.environment) throws -> Source? {
        if let keyFile { return .file(try StoreLocation.expandingHome(in: keyFile)) }
        if let keyCommand { return .command(try Self.words(ofCommand: keyCommand, named: "--key-command")) }
        if passphrase { return .passphrase }
        let file = environment["HEARTH_KEY_FILE"] ?? ""
        let command = environment["HEARTH_KEY_COMMAND"] ?? ""
        guard file.isEmpty || command.isEmpty else {
            throw CommandFailure("HEARTH_KEY_FILE and HEARTH_KEY_COMMAND are both set; unset one of them.")
        }
        if !file.isEmpty { return .file(try StoreLocation.expandingHome(in: file)) }
        if !command.isEmpty { return .command(try Self.words(ofCommand: command, named: "HEARTH_KEY_COMMAND")) }
        return nil
    }

    /// What gives the key; nil if nothing is said of one.
    ///
    /// - Parameter store: The file of the store, beside which the parameters of a passphrase are.
    func provider(besideStore store: String) throws -> (any KeyProvider)? {
        switch try source() {
        case .file(let path): FileKeyProvider(path: path)
        case .command(let words): CommandKeyProvider(command: words)
        case .passphrase: PromptedKeyProvider(parametersPath: Self.parametersPath(besideStore: store))
        case nil: nil
        }
    }

    /// Where the parameters of a passphrase are: beside the store, because they belong into the same backup.
    static func parametersPath(besideStore store: String) -> String { store + ".passphrase" }

    static func words(ofCommand command: String, named name: String) throws -> [String] {
        guard let words = CommandWords.split(command) else {
            throw ValidationError("\(name) has a quotation mark or a backslash without its partner.")
        }
        guard let program = words.first, !program.isEmpty else {
            throw ValidationError("\(name) is empty; give it a program and its arguments.")
        }
        return words
    }
}
