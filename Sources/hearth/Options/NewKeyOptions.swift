import ArgumentParser
import HearthMemory

/// Where the key comes from that takes the place of another.
struct NewKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The file with the key that takes the place of the present one.", valueName: "path"),
        completion: .file()
    )
    var newKeyFile: String?

    @Option(help: ArgumentHelp("A command that prints that key.", valueName: "command"))
    var newKeyCommand: String?

    @Flag(help: "Ask on the terminal for a passphrase that it is made of.")
    var newPassphrase = false

    private var isGiven: Bool { newKeyFile != nil || newKeyCommand != nil || newPassphrase }

    func validate() throws {
        let given = [newKeyFile != nil, newKeyCommand != nil, newPassphrase]
        guard given.count(where: { $0 }) < 2 else {
            throw ValidationError("Give one of --new-key-file, --new-key-command and --new-passphrase.")
        }
        if let newKeyCommand { _ = try KeyOptions.words(ofCommand: newKeyCommand, named: "--new-key-command") }
        guard newKeyFile != "" else { throw ValidationError("--new-key-file is empty; give it the path of the file.") }
    }

    /// What gives the new key.
    struct Source {
        let provider: any KeyProvider
        /// Where the parameters of a former passphrase go, which backups of before need; nil if there are none.
        var formerParameters: String?
    }

    /// What gives the new key; nil if nothing is said of one.
    ///
    /// - Parameters:
    ///   - store: The file of the store, beside which the parameters of a passphrase are.
    ///   - keys: What says where the present key comes from.
    ///   - keysInUse: The identifiers of the keys that the store needs now.
    func source(
        besideStore store: String,
        insteadOf keys: KeyOptions,
        keysInUse: () async throws -> Set<String>
    ) async throws -> Source? {
        guard isGiven else { return nil }
        let present = try keys.source()
        guard let present else {
            throw CommandFailure(
                "Say where the present key comes from too: give --key-file, --key-command or --passphrase."
            )
        }
        if let newKeyFile {
            return Source(provider: FileKeyProvider(path: try StoreLocation.expandingHome(in: newKeyFile)))
        }
        if let newKeyCommand {
            let words = try KeyOptions.words(ofCommand: newKeyCommand, named: "--new-key-command")
            return Source(provider: CommandKeyProvider(command: words))
        }
        let parameters = KeyOptions.parametersPath(besideStore: store)
        guard present != .passphrase else {
            throw CommandFailure(
                """
                A store has one passphrase, with its parameters in \(parameters). To take another, rotate to a key file first, \
                and from the key file to the new passphrase.
                """
            )
        }
        // Parameters that the store needs are those of a rotation that was stopped: it goes on with that passphrase.
        guard let identifier = try PassphraseKeyProvider.keyIdentifier(ofParametersAt: parameters),
            try await !keysInUse().contains(identifier)
        else { return Source(provider: PromptedKeyProvider(parametersPath: parameters)) }
        let former = "\(parameters).\(identifier)"
        return Source(
            provider: PromptedKeyProvider(parametersPath: parameters, puttingPresentTo: former),
            formerParameters: former
        )
    }
}

/// Gives the keys of two providers, while what one has wrapped is wrapped by the other.
struct SuccessiveKeys: KeyProvider {
    let new: any KeyProvider
    let former: any KeyProvider

    func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) {
        guard let identifier else { return try await new.key(for: nil) }
        do {
            return try await former.key(for: identifier)
        } catch let error as MemoryError where error.code == .keyUnavailable {
            do {
                return try await new.key(for: identifier)
            } catch let other as MemoryError where other.code == .keyUnavailable {
                // What was wrapped before says more.
                throw error
            }
        }
    }
}
