internal import HearthModel

/// How a hub is reached: a connection string of libpq, read, and never shown.
package struct ConnectionSettings: Sendable {
    /// The settings by their names, in libpq's order.
    let options: [(keyword: String, value: String)]

    /// What may be said of a hub in messages: host and database.
    private static let shown: Set = ["host", "hostaddr", "port", "dbname", "sslmode"]

    /// Reads a connection string: `host=… dbname=…`, or `postgresql://…`.
    ///
    /// - Throws: `.invalidArgument` if it can't be read, without a word of it; `.hubUnavailable` without libpq.
    package init(_ text: String) throws {
        let library = try LibPQ.shared.get()
        let trimmed = text.trimmingBlanks
        guard !trimmed.isEmpty else { throw MemoryError.invalidArgument("The connection string of the hub is empty.") }
        var message: UnsafeMutablePointer<CChar>?
        let parsed = trimmed.utf8.contains(0) ? nil : library.conninfoParse(trimmed, &message)
        // The message quotes the string, so it goes.
        library.freeMemory(message)
        guard let parsed else {
            throw MemoryError.invalidArgument(
                "The connection string of the hub can't be read. It is like: host=hub.example.org dbname=hearth user=NAME password=WORD sslmode=verify-full"
            )
        }
        defer { library.conninfoFree(parsed) }
        options = Self.options(at: parsed)
    }

    private init(options: [(keyword: String, value: String)]) {
        self.options = options
    }

    private static func options(at start: UnsafeRawPointer) -> [(keyword: String, value: String)] {
        var options: [(keyword: String, value: String)] = []
        var option = start
        while let keyword = option.load(fromByteOffset: LibPQ.Option.keyword, as: LibPQ.Text?.self) {
            if let value = option.load(fromByteOffset: LibPQ.Option.value, as: LibPQ.Text?.self) {
                options.append((String(cString: keyword), String(cString: value)))
            }
            option += LibPQ.Option.stride
        }
        return options
    }

    package subscript(keyword: String) -> String? { options.first { $0.keyword == keyword }?.value }

    /// The settings with others laid over them.
    package func merging(_ other: ConnectionSettings) -> ConnectionSettings {
        // libpq goes by `hostaddr` where both are: one of before would lead past the other's host.
        let replaced = Self.hosts.contains { other[$0] != nil } ? Self.hosts : []
        let kept = options.filter { other[$0.keyword] == nil && !replaced.contains($0.keyword) }
        return ConnectionSettings(options: kept + other.options)
    }

    /// The settings with one set; nil takes it away.
    package func setting(_ keyword: String, to value: String?) -> ConnectionSettings {
        let kept = options.filter { $0.keyword != keyword }
        return ConnectionSettings(options: kept + (value.map { [(keyword, $0)] } ?? []))
    }

    /// Where the hub is and how it is spoken to, and nothing of who does: no role, no secret, and no key or option of its
    /// own. So it may be given to another role, and to another device.
    package var address: ConnectionSettings {
        var address = ConnectionSettings(options: options.filter { Self.impersonal.contains($0.keyword) })
        if self["dbname"] == nil, self["service"] == nil, let role = self["user"] {
            // Where no database is named it is the one of the role's name, which would be another for another role.
            address = address.setting("dbname", to: role)
        }
        return address
    }

    /// Whether two settings reach the same database, as far as they say.
    func reachesSamePlace(as other: ConnectionSettings) -> Bool {
        let (one, two) = (address, other.address)
        return Self.places.allSatisfy { one[$0] == two[$0] } && (one["port"] ?? "5432") == (two["port"] ?? "5432")
    }

    private static let hosts = ["host", "hostaddr"]
    private static let places = hosts + ["dbname", "service"]

    /// The settings of libpq that are of the hub and the way to it; chapter 34.1.2 of PostgreSQL's manual has them all.
    private static let impersonal: Set = [
        "host", "hostaddr", "port", "dbname", "service", "connect_timeout", "keepalives", "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslmode", "sslnegotiation", "sslrootcert",
        "sslcrl",
        "sslcrldir", "sslsni", "ssl_min_protocol_version", "ssl_max_protocol_version", "channel_binding",
        "require_auth",
        "gssencmode", "krbsrvname", "requirepeer", "target_session_attrs", "load_balance_hosts",
    ]

    /// The settings as a connection string.
    package var text: String {
        options.map { option in
            let value = option.value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(option.keyword)='\(value)'"
        }
        .joined(separator: " ")
    }

    /// The hub for messages: its host and database.
    package var name: String {
        let host = self["host"] ?? self["hostaddr"] ?? "this machine"
        return "\(host), database \(self["dbname"] ?? self["user"] ?? "of its role")"
    }

    /// A message of libpq without what else the settings have.
    func redacted(_ message: String) -> String {
        var message = message.trimmingBlanks
        for option in options where !Self.shown.contains(option.keyword) && option.value.count > 2 {
            message = message.replacing(option.value, with: "…")
        }
        return message
    }

    /// The settings that a connection is made with: those given, and limits where none are.
    var connecting: [(keyword: String, value: String)] {
        var all = options
        for (keyword, value) in Self.defaults where self[keyword] == nil { all.append((keyword, value)) }
        return all
    }

    /// A peer that is gone is found out within about a minute.
    private static let defaults = [
        ("application_name", "hearth"), ("client_encoding", "UTF8"), ("keepalives_idle", "30"),
        ("keepalives_interval", "10"), ("keepalives_count", "3"), ("tcp_user_timeout", "60000"),
    ]
}

extension String {
    fileprivate var trimmingBlanks: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
