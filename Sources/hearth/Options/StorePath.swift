import FoundationEssentials
import Glibc
import HearthMemory

/// Whether a command may create a store.
enum StoreIntent {
    /// The command may write the first memories or rules of a new store.
    case create
    /// The command needs a store that exists; a mistyped path must not leave an empty file behind.
    case existing
}

/// The file that holds the store, and the directory to make for it, if there is one to make.
struct StorePath {
    let file: String
    /// The directory to create with the store: set for the default place only.
    let ownedDirectory: String?

    /// Picks the file: the option, else `HEARTH_DB`, else the place the XDG Base Directory Specification gives to data.
    init(option: String?, environment: [String: String]) throws {
        if let option {
            guard !option.isEmpty else { throw CommandFailure("--db is empty; give it the path of the store's file.") }
            self.init(file: try StoreLocation.expandingHome(in: option), ownedDirectory: nil)
        } else if let variable = environment["HEARTH_DB"], !variable.isEmpty {
            self.init(file: try StoreLocation.expandingHome(in: variable), ownedDirectory: nil)
        } else {
            let directory = try Self.dataDirectory(environment) + "/hearth"
            self.init(file: directory + "/hearth.db", ownedDirectory: directory)
        }
    }

    private init(file: String, ownedDirectory: String?) {
        self.file = file
        self.ownedDirectory = ownedDirectory
    }

    /// `XDG_DATA_HOME`; the specification says that relative paths are to be ignored.
    private static func dataDirectory(_ environment: [String: String]) throws -> String {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw CommandFailure("There is no HOME to keep a store in; say where it is with --db or HEARTH_DB.")
        }
        return home + "/.local/share"
    }

    /// Whether there is anything at the path.
    var exists: Bool { access(file, F_OK) == 0 || errno != ENOENT }

    /// Whether there is a file without a byte at the path: to open it would make a store of it.
    private var isEmpty: Bool {
        var status = stat()
        return stat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
    }

    /// Whether there is anything at the path that may be a store.
    var hasStore: Bool { exists && !isEmpty }

    /// Refuses a missing store if the command needs one, and makes the default directory if the command may create one.
    func prepare(for intent: StoreIntent) throws {
        switch intent {
        case .existing:
            guard exists else {
                throw CommandFailure(
                    "There is no store at \(file); `hearth store` or `hearth import` makes one, --db names another."
                )
            }
            guard !isEmpty else {
                throw CommandFailure(
                    "\(file) is empty, and no store yet; `hearth store` or `hearth import` makes one of it, --db names another."
                )
            }
        case .create:
            if let ownedDirectory { try PrivateDirectory.make(ownedDirectory, or: "name another store with --db") }
        }
    }
}
