public import Foundation
import Glibc
import Synchronization

/// An HTTP server on a port of this machine that does what a test tells it, one connection after another.
public final class StubModelServer: Sendable {
    /// What a client asked.
    public struct Request: Sendable {
        /// The request line and the fields.
        public var head: String
        /// What it sent.
        public var body: Data
    }

    /// What the server does with a request.
    public enum Reaction: Sendable {
        /// Answers.
        case answer(status: Int = 200, headers: [String: String] = [:], String)
        /// Closes the connection without a word.
        case hangUp
        /// Says nothing until the client goes away.
        case silence
    }

    /// Where it is, up to and including `/v1`.
    public let url: URL

    private let listener: Int32
    private let received = Mutex<[Request]>([])

    /// Starts a server that runs until it is stopped, or the process ends.
    public init(_ react: @escaping @Sendable (_ number: Int, Request) -> Reaction) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port = Self.listen(listener)
        guard let port, let url = URL(string: "http://127.0.0.1:\(port)/v1") else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        self.url = url
        Thread.detachNewThread { [self] in
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                serve(connection, react)
                close(connection)
            }
            close(listener)
        }
    }

    /// Refuses connections from now on.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What has been asked so far.
    public var requests: [Request] { received.withLock { $0 } }

    /// Listens on a free port of this machine.
    private static func listen(_ listener: Int32) -> UInt16? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutableBytes(of: &address) { bytes in
            let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return bind(listener, generic, size) == 0 && Glibc.listen(listener, 16) == 0
                && getsockname(listener, generic, &size) == 0
        }
        return listens ? UInt16(bigEndian: address.sin_port) : nil
    }

    private func serve(_ connection: Int32, _ react: (Int, Request) -> Reaction) {
        guard let request = readRequest(connection) else { return }
        let number = received.withLock { requests in
            requests.append(request)
            return requests.count
        }
        switch react(number, request) {
        case .answer(let status, let headers, let body):
            let fields = headers.map { "\($0): \($1)\r\n" }.joined()
            let head =
                "HTTP/1.1 \(status) Said\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(fields)\r\n"
            send(Array((head + body).utf8), to: connection)
        case .hangUp:
            break
        case .silence:
            while !receive(connection).isEmpty {}
        }
    }

    private func readRequest(_ connection: Int32) -> Request? {
        let endOfHead = Data("\r\n\r\n".utf8)
        var bytes = Data()
        while true {
            if let end = bytes.range(of: endOfHead) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                let body = bytes[end.upperBound...]
                if body.count >= Self.contentLength(head) { return Request(head: head, body: Data(body)) }
            }
            let more = receive(connection)
            if more.isEmpty { return nil }
            bytes.append(contentsOf: more)
        }
    }

    private static func contentLength(_ head: String) -> Int {
        let field = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        return field?.split(separator: ":").last.flatMap { Int($0.drop(while: \.isWhitespace)) } ?? 0
    }

    private func receive(_ connection: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, recv(connection, buffer.baseAddress, buffer.count, 0))
        }
    }

    private func send(_ bytes: [UInt8], to connection: Int32) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let sent = Glibc.send(connection, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
                if sent <= 0 { return }
                rest = rest.dropFirst(sent)
            }
        }
    }
}

extension StubModelServer.Reaction {
    /// An answer as a model server gives it.
    public static func embeddings(_ vectors: [[Double]]) -> Self {
        let items = vectors.enumerated().map { #"{"object":"embedding","index":\#($0),"embedding":\#($1)}"# }
        return .answer(#"{"object":"list","data":[\#(items.joined(separator: ","))],"model":"m"}"#)
    }
}
