import ArgumentParser
import HearthHub
import HearthMemory
import UnixSignals

extension HubCommand {
    struct SyncCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sync",
            abstract: "Take over what other devices did, and send them what is new here.",
            discussion: """
                What was interrupted goes on with the next run; SIGTERM or Ctrl-C ends --watch with status 0. Drafts and leases stay on their device. \
                Sensitive memories travel where a key is given, as by --key-file: each device seals them with its own.

                JSON: sent, applied (what changed something here), known, refused, was_restarted (the hub had gone back to an earlier \
                state); with --watch a line for each exchange that did something.
                """
        )

        @Flag(help: "Go on until it is interrupted: whenever something is new here or on the hub.")
        var watch = false

        @OptionGroup var exchange: ExchangeOptions

        func run() async throws {
            let output = exchange.output
            try await exchange.withSync { sync in
                guard watch else { return try output.print(HubExchangeReport(try await sync.sync())) }
                try await follow(sync, output)
            }
        }
    }

    struct PullCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull",
            abstract: "Take over what other devices did.",
            discussion: """
                What is sensitive is sealed here with the key that is given, and waits without one.

                JSON: sent (0), applied, known, refused, was_restarted.
                """
        )

        @OptionGroup var exchange: ExchangeOptions

        func run() async throws {
            let report = try await exchange.withSync { try await $0.pull() }
            try exchange.output.print(HubExchangeReport(report))
        }
    }

    struct PushCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "push",
            abstract: "Send other devices what is new here.",
            discussion: """
                What is sensitive here is sent where its key is given, and kept back without.

                JSON: sent, applied (0), known (0), refused (0), was_restarted.
                """
        )

        @OptionGroup var exchange: ExchangeOptions

        func run() async throws {
            let report = try await exchange.withSync { try await $0.push() }
            try exchange.output.print(HubExchangeReport(report))
        }
    }
}

extension HubCommand.SyncCommand {
    /// One exchange: a line of JSON, or as text.
    private static func print(_ report: HubExchangeReport, _ output: OutputOptions) throws {
        guard output.json else { return try output.print(report) }
        try Console.output.write(bytes: JSONText.encodeLine(report))
    }

    /// Exchanges until a signal ends it.
    private func follow(_ sync: HubSync, _ output: OutputOptions) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await sync.watch { report in
                    guard report.sent + report.applied + report.refused > 0 else { return }
                    // A closed pipe ends the command by itself.
                    try? Self.print(HubExchangeReport(report), output)
                }
            }
            tasks.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
            }
            defer { tasks.cancelAll() }
            _ = try await tasks.next()
        }
    }
}

/// What an exchange did.
private struct HubExchangeReport: Report {
    var report: HubSyncReport

    init(_ report: HubSyncReport) {
        self.report = report
    }

    func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }

    func render(on page: inout Page) {
        if report.wasRestarted {
            page.line(
                Styled("The hub had gone back to an earlier state. Everything was exchanged anew.", .caution)
            )
        }
        page.line("Sent \(report.sent), took over \(report.applied).")
        guard report.refused > 0 else { return }
        page.line(Styled("\(report.refused) rows of the hub are not used; the log says why.", .caution))
    }
}
