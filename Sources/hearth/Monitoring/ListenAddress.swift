import ArgumentParser

/// Where metrics are served: an address and a port.
struct ListenAddress: ExpressibleByArgument {
    let host: String
    let port: UInt16

    /// Takes `127.0.0.1:9464`, `[::1]:9464` and `localhost:9464`.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        if host == "localhost" { host = "127.0.0.1" }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    var isIPv6: Bool { host.contains(":") }

    /// Whether only this machine reaches it.
    var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// The address as it stands in a URL.
    var text: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
