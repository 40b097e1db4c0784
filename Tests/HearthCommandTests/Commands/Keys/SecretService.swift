import Foundation
import Testing

/// The desktop's secret service, with the programs that a desktop has.
@Suite struct SecretService {
    private static let programs = ["secret-tool", "gnome-keyring-daemon", "dbus-run-session"]
    private static let environment = ProcessInfo.processInfo.environment

    /// Whether the programs are there, or the test is to fail where they are not.
    private static var isToRun: Bool {
        let path = (environment["PATH"] ?? "").split(separator: ":")
        return environment["HEARTH_SKIP_NO_TESTS"] != nil
            || programs.allSatisfy { program in
                path.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
            }
    }

    @Test(.enabled(if: isToRun, "Install libsecret-tools, gnome-keyring and dbus."))
    func `secret-tool keeps the key, by the commands of the article`() async throws {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris", "HEARTH_DB": "store.db"])
        let script = try tool.sandbox.write(
            "session.sh",
            """
            set -e
            printf unlock | gnome-keyring-daemon --unlock --components=secrets > /dev/null
            head -c 32 /dev/urandom | base64 | secret-tool store --label=Hearth application hearth
            export HEARTH_KEY_COMMAND="secret-tool lookup application hearth"
            "$1" store "tea at seven" > /dev/null
            "$1" keys status --json
            "$1" keys status --json
            HEARTH_KEY_COMMAND="secret-tool lookup application none" "$1" keys status --json
            """
        )
        let outcome = try await tool.shell(#"exec dbus-run-session -- sh "$1" "$0""#, script)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let current = outcome.lines.filter { $0.contains(#""current" : "key_"#) }
        #expect(current.count == 2 && Set(current).count == 1, "\(outcome.text) \(outcome.errors)")
        #expect(outcome.text.contains("secret-tool lookup application none` ended with status 1"), "\(outcome.text)")
    }
}
