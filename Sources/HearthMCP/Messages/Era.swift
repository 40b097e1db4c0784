import HearthText

/// The revisions of the protocol that the server speaks.
enum ProtocolVersion {
    /// Every request stands for itself.
    static let modern = "2026-07-28"
    /// A session begins with `initialize`. The newest first.
    static let sessions = ["2025-11-25", "2025-06-18"]
    static let all = [modern] + sessions
}

/// By which rules a request is answered, and what is known of the client that sent it.
struct Era: Sendable {
    /// The revision.
    var version: String
    /// What the client calls itself.
    var clientName: String
    /// What it can do.
    var capabilities: JSONObject

    var isModern: Bool { version == ProtocolVersion.modern }

    /// Whether the client can show its person a form.
    var canAsk: Bool {
        guard let elicitation = capabilities["elicitation"]?.object else { return false }
        return elicitation.members.isEmpty || elicitation["form"] != nil
    }

    private static let prefix = "io.modelcontextprotocol/"

    /// The era of a request that says it itself; nil for one that belongs to a session.
    ///
    /// - Throws: For a version that the server does not speak, and where what belongs to the version is missing.
    init?(_ params: JSONObject) throws(RPCError) {
        guard let meta = params["_meta"], let named = meta[Self.prefix + "protocolVersion"] else { return nil }
        guard let version = named.string else {
            throw .invalidParams("The protocol version must be a string, not \(named.kind).")
        }
        guard version == ProtocolVersion.modern else { throw .unsupportedVersion(version) }
        guard let capabilities = meta[Self.prefix + "clientCapabilities"]?.object else {
            throw .invalidParams("_meta must have \(Self.prefix)clientCapabilities, an object.")
        }
        self.version = version
        self.capabilities = capabilities
        clientName = Self.name(meta[Self.prefix + "clientInfo"])
    }

    /// The era of a session that begins.
    init(version: String, clientInfo: JSONValue?, capabilities: JSONObject) {
        self.version = version
        self.capabilities = capabilities
        clientName = Self.name(clientInfo)
    }

    /// The name fit for a provenance: without control characters, of at most 256 bytes.
    private static func name(_ clientInfo: JSONValue?) -> String {
        let given = clientInfo?["name"]?.string ?? ""
        var name = ""
        for scalar in given.unicodeScalars where scalar.properties.generalCategory != .control {
            guard name.utf8.count + UTF8.width(scalar) <= 256 else { break }
            name.unicodeScalars.append(scalar)
        }
        return name.isEmpty ? "mcp" : name
    }
}
