/// A line on standard error that says how far long work is, drawn over itself; nothing at all where no person is looking.
final class ProgressLine {
    private let console: Console
    private let clock = ContinuousClock()
    private var lastDrawn: ContinuousClock.Instant?
    private var isVisible = false

    /// Often enough to look alive, seldom enough to cost nothing.
    private static let interval = Duration.milliseconds(100)

    init(console: Console = .error) {
        self.console = console
    }

    /// Shows how far the work is, unless something was shown a moment ago.
    func show(_ message: @autoclosure () -> String) {
        guard console.isTerminal else { return }
        let now = clock.now
        if let lastDrawn, now - lastDrawn < Self.interval { return }
        lastDrawn = now
        isVisible = true
        draw(PrintableText.line(message()))
    }

    /// Takes the line away, so that other text can follow.
    func clear() {
        guard isVisible else { return }
        isVisible = false
        lastDrawn = nil
        draw("")
    }

    /// Work doesn't stop because nobody can be told how far it is.
    private func draw(_ text: String) {
        try? console.write("\r\u{1B}[K" + text)
    }
}
