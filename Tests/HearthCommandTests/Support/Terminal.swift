import Foundation
import Glibc
import TestSupport
import Testing

/// A pseudo-terminal, for what a tool does only where a person is looking.
final class Terminal {
    private let controller: Int32
    /// The end that a process takes for its terminal.
    let device: FileHandle

    /// The requests of Linux that unlock a new pseudo-terminal and tell its number (ioctl_tty(2)); their macros don't reach Swift.
    private static let unlock: UInt = 0x4004_5431
    private static let number: UInt = 0x8004_5430

    init(columns: UInt16 = 80) throws {
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        try #require(ioctl(controller, Self.unlock, &isLocked) == 0)
        try #require(ioctl(controller, Self.number, &number) == 0)
        let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try #require(ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0)
        device = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    deinit {
        close(controller)
    }

    /// Types a text once a process has shown another one, and the end of the line with it unless another end is given.
    ///
    /// - Returns: What was shown until then.
    @discardableResult
    func answer(_ text: String, to question: String, ending end: String = "\n") async throws -> String {
        let shown = try await blocking { [controller] in
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while !String(decoding: bytes, as: UTF8.self).contains(question), read(controller, &byte, 1) == 1 {
                bytes.append(byte)
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        let typed = Array("\(text)\(end)".utf8)
        try #require(write(controller, typed, typed.count) == typed.count)
        return shown
    }

    /// Sends a signal to the processes that are at work on the terminal.
    func signal(_ number: Int32) throws {
        let group = tcgetpgrp(controller)
        try #require(group > 0 && kill(-group, number) == 0)
    }

    /// Whether what is typed is shown, and keys send signals.
    var isAsUsual: Bool {
        var settings = termios()
        let usual = tcflag_t(ECHO | ISIG)
        return tcgetattr(device.fileDescriptor, &settings) == 0 && settings.c_lflag & usual == usual
    }

    /// Everything that was shown, once the process at the other end has gone. It must fit into the terminal's own buffer.
    func shown() throws -> String {
        try device.close()
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(controller, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    }
}
