import Foundation
import Glibc
import Synchronization

/// A way to a server that can be cut.
final class TCPProxy: Sendable {
    private struct State {
        var descriptors: Set<Int32> = []
        var isCut = false
        /// How many bytes still get through to the server before the way is cut; nil: all.
        var left: Int?
        var isSlow = false
    }

    let port: Int
    private let target: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// Listens on a free port of this machine, and leads to another one.
    ///
    /// - Parameter buffer: How many bytes the kernel takes for it of what a client sends, so that the client sees how slow the
    ///   way is; nil: as many as it likes.
    init(to target: Int, buffer: Int32? = nil) throws {
        self.target = target
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var buffer {
            setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = Self.address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let listens = withUnsafeMutableBytes(of: &address) { bytes in
            let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return bind(listener, generic, size) == 0 && listen(listener, 16) == 0
                && getsockname(listener, generic, &size) == 0
        }
        guard listens else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 { serve(client) }
        }
    }

    /// Ends every connection, and every new one at once.
    func cut() {
        let descriptors = state.withLock { state in
            state.isCut = true
            return state.descriptors
        }
        for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Cuts the way once so many more bytes have gone to the server.
    func cut(after bytes: Int) { state.withLock { $0.left = bytes } }

    /// Lets 4 KiB through in each direction, and then nothing for a hundredth of a second, and so on; or all at once again.
    func slowDown(_ isSlow: Bool = true) { state.withLock { $0.isSlow = isSlow } }

    /// Lets connections through again.
    func mend() {
        state.withLock { state in
            state.isCut = false
            state.left = nil
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return address
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(target)
        let isConnected = withUnsafeBytes(of: &address) { bytes in
            connect(
                server,
                bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(MemoryLayout<sockaddr_in>.size)
            ) == 0
        }
        let isCut = state.withLock { state in
            if !state.isCut { state.descriptors.formUnion([client, server]) }
            return state.isCut
        }
        guard isConnected, !isCut else {
            close(client)
            close(server)
            return
        }
        let ends = Mutex(0)
        let shared = Ends(ends: ends)
        Thread.detachNewThread { [self] in
            pass(client, server, counts: true)
            finish(client, server, shared)
        }
        Thread.detachNewThread { [self] in
            pass(server, client, counts: false)
            finish(client, server, shared)
        }
    }

    private final class Ends: Sendable {
        let ends: Mutex<Int>
        init(ends: consuming Mutex<Int>) { self.ends = ends }
    }

    /// Closes both ends once neither thread reads from them.
    private func finish(_ client: Int32, _ server: Int32, _ shared: Ends) {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
        let isLast = shared.ends.withLock { ends in
            ends += 1
            return ends == 2
        }
        guard isLast else { return }
        state.withLock { $0.descriptors.subtract([client, server]) }
        close(client)
        close(server)
    }

    private func pass(_ source: Int32, _ target: Int32, counts: Bool) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let isSlow = state.withLock(\.isSlow)
            if isSlow { usleep(10_000) }
            let count = read(source, &buffer, isSlow ? 4_096 : buffer.count)
            guard count > 0 else { return }
            let allowed = counts ? allowance(count) : count
            var written = 0
            while written < allowed {
                let put = buffer[written..<allowed]
                    .withUnsafeBytes { send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard put > 0 else { return }
                written += put
            }
            if allowed < count { return cut() }
        }
    }

    /// How many of some bytes may go on.
    private func allowance(_ count: Int) -> Int {
        state.withLock { state in
            guard let left = state.left else { return count }
            let allowed = min(left, count)
            state.left = left - allowed
            return allowed
        }
    }
}
