import FoundationEssentials
import Glibc

/// Standard output or standard error, and what a person at the other end sees of it.
struct Console: Sendable {
    /// The file descriptor written to.
    let descriptor: Int32
    /// Whether a person is looking.
    let isTerminal: Bool
    /// Whether text may be coloured: on a terminal, and not under `NO_COLOR` (no-color.org) or a terminal that calls
    /// itself dumb.
    let usesColour: Bool
    /// Columns to fit tables into, or nil for no limit.
    let width: Int?

    /// For people and programs: what was asked for.
    static let output = Console(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
    /// For people: what went wrong, and how far long work has come.
    static let error = Console(descriptor: STDERR_FILENO, environment: ProcessInfo.processInfo.environment)

    init(descriptor: Int32, environment: [String: String]) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
        let wantsNone = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        usesColour = isTerminal && !wantsNone && environment["TERM"] != "dumb"
        width = isTerminal ? Self.columns(of: descriptor) ?? environment["COLUMNS"].flatMap(Int.init) ?? 80 : nil
    }

    /// Writes text as it is.
    func write(_ text: String) throws(OutputFailure) {
        try write(bytes: Array(text.utf8))
    }

    /// Writes all bytes, or says why not.
    func write(bytes: [UInt8]) throws(OutputFailure) {
        var written = 0
        while written < bytes.count {
            let (count, code) = bytes.withUnsafeBytes { buffer in
                let count = Self.put(descriptor, buffer.baseAddress! + written, buffer.count - written)
                return (count, errno)
            }
            if count >= 0 {
                written += count
            } else if code == EPIPE {
                throw .readerLeft
            } else if code != EINTR {
                throw .failed(reason: String(cString: strerror(code)))
            }
        }
    }

    /// Draws a line over the one that was drawn last; draws nothing if no person is looking.
    ///
    /// Work does not stop because nobody can be told how far it has come.
    func redraw(_ line: String) {
        guard isTerminal else { return }
        try? write("\r\u{1B}[K" + line)
    }

    /// Asks something, and stays on the line.
    func ask(_ question: String) {
        try? write(PrintableText.line(question))
    }

    /// Says that something failed.
    ///
    /// A complaint that can't be written has nowhere else to go.
    func complain(_ message: String) {
        say("Error: ", .bad, message)
    }

    /// Says something that a person should know and that does not stop the command.
    func warn(_ message: String) {
        say("Warning: ", .caution, message)
    }

    /// Says what the command does now, to whoever is looking; nothing else is held up by it.
    func note(_ message: String) {
        guard isTerminal else { return }
        try? write(PrintableText.line(message) + "\n")
    }

    private func say(_ word: String, _ style: Style, _ message: String) {
        var page = Page(self)
        page.line(Styled(word, style), Styled(message))
        try? write(page.text)
    }

    private static func put(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        Glibc.write(descriptor, bytes, count)
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

/// Why output didn't reach its reader.
enum OutputFailure: Error, CustomStringConvertible {
    /// The other end of the pipe was closed, as `head` does: it has what it wants, and nothing failed.
    case readerLeft
    /// The system refused the write.
    case failed(reason: String)

    var description: String {
        switch self {
        case .readerLeft: "Nobody reads the output."
        case .failed(let reason): "The output can't be written: \(reason)."
        }
    }
}

/// A line on standard error that says how far long work has come, drawn over itself. If no person is looking, nothing
/// is drawn.
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
        console.redraw(PrintableText.line(message()))
    }

    /// Takes the line away, so that other text can follow.
    func clear() {
        guard isVisible else { return }
        isVisible = false
        lastDrawn = nil
        console.redraw("")
    }
}
