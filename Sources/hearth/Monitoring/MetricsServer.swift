import Dispatch
import FlyingFox
import FlyingSocks
import FoundationEssentials
import Glibc
import HearthMemory
import HearthMetrics

/// Serves metrics over HTTP until it is told to stop.
struct MetricsServer {
    let address: ListenAddress
    /// Makes the page anew for every scrape.
    let page: @Sendable () async throws -> String

    /// How long a scrape that is under way may take when the server is told to stop.
    private static let patience = 5.0
    /// How long it may take to begin; a machine under load takes its time.
    private static let longestStart = 900.0

    /// What happens to the server.
    private enum Event { case listens, ends }

    /// Listens, says where, and serves until SIGTERM or SIGINT.
    ///
    /// - Parameter didBegin: Called with the address once it listens; the port is the one that the system chose for 0.
    func run(didBegin: (ListenAddress) throws -> Void) async throws {
        let server = HTTPServer(
            config: try configuration(),
            handler: ClosureHTTPHandler { [page] request in await Self.answer(request, page) }
        )
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let signals = [SIGTERM, SIGINT]
            .map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { continuation.yield(.ends) }
                source.resume()
                return source
            }
        defer { for source in signals { source.cancel() } }
        let serving = Task {
            defer { continuation.yield(.ends) }
            try await server.run()
        }
        Task {
            try await server.waitUntilListening(timeout: Self.longestStart)
            continuation.yield(.listens)
        }
        for await event in events {
            guard event == .listens else { break }
            try didBegin(ListenAddress(host: address.host, port: await Self.port(of: server) ?? address.port))
        }
        guard await server.listeningAddress != nil else {
            // It ended by itself; what it threw says why.
            do { return try await serving.value } catch { throw failure(error) }
        }
        await server.stop(timeout: Self.patience)
    }

    private func configuration() throws -> HTTPServer.Configuration {
        do {
            return address.isIPv6
                ? HTTPServer.Configuration(
                    address: try sockaddr_in6.inet6(ip6: address.host, port: address.port),
                    logger: DisabledLogger.disabled
                )
                : HTTPServer.Configuration(
                    address: try sockaddr_in.inet(ip4: address.host, port: address.port),
                    logger: DisabledLogger.disabled
                )
        } catch {
            throw failure(error)
        }
    }

    private static func port(of server: HTTPServer) async -> UInt16? {
        switch await server.listeningAddress {
        case .ip4(_, let port), .ip6(_, let port): port
        default: nil
        }
    }

    private static func answer(_ request: HTTPRequest, _ page: @Sendable () async throws -> String) async
        -> HTTPResponse
    {
        guard request.path == "/metrics" else {
            return response(.notFound, "Metrics are at /metrics.\n", to: request)
        }
        guard request.method == .GET || request.method == .HEAD else {
            return response(
                .methodNotAllowed,
                "Metrics are read with GET.\n",
                to: request,
                [HTTPHeader("Allow"): "GET, HEAD"]
            )
        }
        do {
            return response(.ok, try await page(), to: request, [.contentType: PrometheusMetrics.contentType])
        } catch {
            let reason = (error as? MemoryError)?.message ?? (error as? CommandFailure)?.message ?? "\(error)"
            return response(.serviceUnavailable, "The store can't be read: \(reason)\n", to: request)
        }
    }

    private static func response(
        _ status: HTTPStatusCode,
        _ text: String,
        to request: HTTPRequest,
        _ headers: [HTTPHeader: String] = [:]
    ) -> HTTPResponse {
        var all: [HTTPHeader: String] = [.contentType: "text/plain; charset=utf-8"]
        all.merge(headers) { _, given in given }
        all[.contentLength] = "\(text.utf8.count)"
        // A HEAD has the headers of the page and no body.
        return HTTPResponse(
            statusCode: status,
            headers: HTTPHeaders(all),
            body: request.method == .HEAD ? Data() : Data(text.utf8)
        )
    }

    /// Says which address can't be listened on, why, and what to do.
    private func failure(_ error: any Error) -> CommandFailure {
        guard case .failed(_, let code, let message) = error as? SocketError else {
            return CommandFailure("\(address.text) is no address to listen on; give one such as 127.0.0.1:9464.")
        }
        let remedy =
            code == EADDRINUSE
            ? "Another program has that port; end it, or choose another port."
            : "Choose another address with --listen."
        return CommandFailure("\(address.text) can't be listened on: \(message). \(remedy)")
    }
}
