package import Foundation
import Glibc
import Synchronization
package import Testing

/// A real PostgreSQL in a directory of its own, with a socket there and a port on this machine.
///
/// One server serves all tests of the process; each test has a database of its own. It ends with the process.
package final class PostgreSQLServer: Sendable {
    private static let environment = ProcessInfo.processInfo.environment
    private static let programs = "/usr/lib/postgresql"

    /// Whether the server is there, or the tests are to fail where it is not.
    package static var isToRun: Bool { environment["HEARTH_REQUIRE_POSTGRESQL"] != nil || binaries != nil }

    package static let remedy: Comment =
        "Install Debian's package postgresql, whose server the tests start by themselves."

    /// Where Debian has the newest server's programs.
    private static let binaries: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: programs)) ?? []
        let newest = versions.compactMap(Int.init).max()
        let path = newest.map { "\(programs)/\($0)/bin" }
        return path.flatMap { FileManager.default.isExecutableFile(atPath: $0 + "/postgres") ? $0 : nil }
    }()

    package struct Missing: Error {}

    private static let started = Mutex<PostgreSQLServer?>(nil)

    /// The server that the tests of this process share.
    package static func shared() async throws -> PostgreSQLServer {
        try await blocking {
            try started.withLock { started in
                if let started { return started }
                let server = try PostgreSQLServer()
                started = server
                return server
            }
        }
    }

    package let directory: String
    package let port: Int
    private let binaries: String
    /// Where the server is started from: it refuses to run as root.
    private let asOwner: [String]

    /// Makes a cluster and starts it.
    package init() throws {
        guard let binaries = Self.binaries else { throw Missing() }
        self.binaries = binaries
        // A path of a socket has at most 107 bytes.
        directory = "/tmp/hearth-pg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        if geteuid() == 0 {
            let name = getpwnam("postgres") != nil ? "postgres" : "nobody"
            guard let user = getpwnam(name)?.pointee else { throw Missing() }
            chown(directory, user.pw_uid, user.pw_gid)
            asOwner = [
                "setpriv", "--reuid=\(user.pw_uid)", "--regid=\(user.pw_gid)", "--clear-groups", "env", "-C", directory,
                "HOME=\(directory)",
            ]
        } else {
            asOwner = []
        }
        port = Self.freePort()
        try run(
            asOwner + [
                "\(binaries)/initdb", "-D", directory + "/data", "-U", "owner", "-A", "scram-sha-256",
                "--auth-local=trust", "--no-sync", "-E", "UTF8", "--locale=C",
            ]
        )
        let all = [
            "port": "\(port)", "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "'\(directory)'",
            "fsync": "off", "log_statement": "all", "logging_collector": "off", "max_connections": "200",
            "shared_buffers": "'32MB'",
        ]
        let lines = all.map { "\($0) = \($1)\n" }.sorted().joined()
        let configuration = directory + "/data/postgresql.conf"
        let before = try String(contentsOfFile: configuration, encoding: .utf8)
        try Data((before + lines).utf8).write(to: URL(filePath: configuration))
        try start()
        // What the machine's owner does once: a role that may make roles, and is no superuser.
        try psql("CREATE ROLE hearth_admin LOGIN CREATEROLE PASSWORD 'sesame-of-the-admin'")
        watch()
    }

    /// The server's own log.
    package var log: Data { FileManager.default.contents(atPath: directory + "/log") ?? Data() }

    package func start() throws {
        try run(
            asOwner + [
                "\(binaries)/pg_ctl", "-D", directory + "/data", "-l", directory + "/log", "-w", "-t", "900", "start",
            ]
        )
    }

    package func stop(_ mode: String = "fast") throws {
        try run(asOwner + ["\(binaries)/pg_ctl", "-D", directory + "/data", "-m", mode, "-w", "-t", "900", "stop"])
    }

    /// Lets the server speak TLS alone to whoever comes over the network, with a certificate for `localhost`; it is started
    /// anew.
    ///
    /// - Returns: The paths of the root that made its certificate, and of another root.
    package func requireTLS() throws -> (root: String, other: String) {
        let script = """
            set -e
            cd "$1"
            for root in root other; do
                openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=hearth test $root" -keyout $root.key -out $root.crt
            done
            openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout data/server.key -out server.csr
            printf 'subjectAltName=DNS:localhost' > names
            openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile names -out data/server.crt
            chmod 600 data/server.key
            chmod 644 root.crt other.crt data/server.crt
            chown --reference=data data/server.key data/server.crt
            printf 'ssl = on\n' >> data/postgresql.conf
            sed -i 's/^host /hostssl /' data/pg_hba.conf
            """
        try run(["bash", "-c", script, "bash", directory])
        try stop()
        try start()
        return (directory + "/root.crt", directory + "/other.crt")
    }

    /// Writes a database to a file as `pg_dump` does.
    package func dump(_ database: String, to path: String) throws {
        try run(
            [
                "\(binaries)/pg_dump", "--clean", "--if-exists", "-h", directory, "-p", "\(port)", "-U", "owner", "-f",
                path,
                database,
            ]
        )
    }

    /// Puts a database back as a file of ``dump(_:to:)`` has it.
    package func restore(_ path: String, into database: String) throws {
        try run(
            [
                "psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-h", directory, "-p", "\(port)", "-U", "owner",
                "-d",
                database, "-f", path,
            ]
        )
    }

    /// Ends the server when this process is gone, however it went.
    private func watch() {
        let script = """
            while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done
            \(asOwner.joined(separator: " ")) \(binaries)/pg_ctl -D \(directory)/data -m immediate stop >/dev/null 2>&1
            rm -rf \(directory)
            """
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        _ = try? ChildProcess("/usr/bin/setsid", ["sh", "-c", script], input: null, output: null, errors: null)
    }

    private func run(_ arguments: [String]) throws {
        // The server would hold open, for as long as it runs, the pipe that it was born with.
        let said = directory + ".said"
        let script = "\"$@\" >\(said) 2>&1 </dev/null"
        let (end, _) = try ChildProcess.run(["bash", "-c", script, "bash"] + arguments, collecting: 2)
        guard end.status == 0 else {
            throw Failed(text: (try? String(contentsOfFile: said, encoding: .utf8)) ?? "")
        }
        unlink(said)
    }

    package struct Failed: Error { package var text: String }

    private static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            _ = bind(descriptor, generic, size)
            _ = getsockname(descriptor, generic, &size)
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    // MARK: psql

    /// Runs statements as the owner of the cluster, and gives what they print, one value a line.
    @discardableResult
    package func psql(_ statements: String, database: String = "postgres") throws -> String {
        let (status, text) = try psql(
            statements,
            connection: "host=\(directory) port=\(port) user=owner dbname=\(database)"
        )
        guard status == 0 else { throw Failed(text: text) }
        return text
    }

    /// Runs statements under a connection string; what psql prints and says comes in one text.
    package func psql(_ statements: String, connection: String) throws -> (status: Int32, text: String) {
        let script = "psql -X -q -A -t -v ON_ERROR_STOP=1 -d \"$1\" -c \"$2\" >&2"
        let (end, written) = try ChildProcess.run(["sh", "-c", script, "sh", connection, statements], collecting: 2)
        return (end.status, String(decoding: written, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    // MARK: Databases

    /// A database of a test's own, that the administrator owns.
    package func makeDatabase() throws -> HubDatabase {
        let name = "hub_\(UUID().uuidString.prefix(8).lowercased())"
        try psql("CREATE DATABASE \(name) OWNER hearth_admin")
        return HubDatabase(server: self, name: name)
    }
}

/// A database for one hub.
package struct HubDatabase: Sendable {
    package let server: PostgreSQLServer
    package let name: String

    /// How the administrator, who is no superuser, reaches it.
    package var administratorText: String {
        "host=127.0.0.1 port=\(server.port) dbname=\(name) user=hearth_admin password=sesame-of-the-admin"
    }

    /// What `psql` prints as the owner of the cluster, who sees everything.
    @discardableResult
    package func psql(_ statements: String) throws -> String { try server.psql(statements, database: name) }
}
