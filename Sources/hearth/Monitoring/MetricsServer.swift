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

    /// Listens, says where, and serves until SIGTERM or SIGINT.
    ///
    /// - Parameter didBegin: Called with the address once it listens; the port is the one that the system chose for 0.
    func run(didBegin: @Sendable (ListenAddress) throws -> Void) async throws {
        let server = try server()
        await server.appendRoute("*", handler: { [page] request in await Self.answer(request, page) })
        let (stops, continuation) = AsyncStream<Void>.makeStream()
        let signals = [SIGTERM, SIGINT]
            .map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { continuation.finish() }
                source.resume()
                return source
            }
        defer { for source in signals { source.cancel() } }
        let serving = Task {
            defer { continuation.finish() }
            try await server.run()
        }
        do {
            try await server.waitUntilListening()
            try didBegin(ListenAddress(host: address.host, port: await Self.port(of: server) ?? address.port))
        } catch let error as CommandFailure {
            throw error
        } catch {
            // The reason is what the server ended with, if it has.
            serving.cancel()
            try await Self.naming(address) { try await serving.value }
            throw error
        }
        for await _ in stops {}
        await server.stop(timeout: Self.patience)
    }

    private func server() throws -> HTTPServer {
        if address.isIPv6 {
            return HTTPServer(
                address: try Self.naming(address) { try .inet6(ip6: address.host, port: address.port) },
                logger: .disabled
            )
        }
        return HTTPServer(
            address: try Self.naming(address) { try .inet(ip4: address.host, port: address.port) },
            logger: .disabled
        )
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
        var all = HTTPHeaders()
        all[.contentType] = "text/plain; charset=utf-8"
        for (name, value) in headers { all[name] = value }
        all[.contentLength] = "\(text.utf8.count)"
        // A HEAD has the headers of the page and no body.
        return HTTPResponse(statusCode: status, headers: all, body: request.method == .HEAD ? Data() : Data(text.utf8))
    }

    /// Says of an address that can't be listened on which one it is, and what to do.
    private static func naming<R>(_ address: ListenAddress, _ body: () throws -> R) throws -> R {
        do { return try body() } catch { throw failure(address, error) }
    }

    private static func naming(_ address: ListenAddress, _ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as SocketError { throw failure(address, error) }
    }

    private static func failure(_ address: ListenAddress, _ error: any Error) -> CommandFailure {
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
