import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// What a server answered.
struct HTTPAnswer: Sendable {
    var status: Int
    var body: Data
    /// How long it asks to be left alone; nil where it does not ask.
    var retryAfter: Duration?

    var isSuccess: Bool { 200..<300 ~= status }
}

/// Makes one request at a time with a time-out, and says plainly why one failed.
final class HTTPClient: Sendable {
    private let session: URLSession
    private let timeout: Duration

    init(timeout: Duration) {
        session = URLSession(configuration: .ephemeral)
        self.timeout = timeout
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// The answer to a request, whatever its status.
    ///
    /// - Throws: ``EmbeddingError`` of code `serverUnreachable` or `timedOut`; `CancellationError`.
    func answer(to request: URLRequest) async throws -> HTTPAnswer {
        try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            group.addTask { try await self.exchange(request) }
            group.addTask { try await self.giveUp(on: request) }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func exchange(_ request: URLRequest) async throws -> HTTPAnswer {
        let body: Data
        let response: URLResponse
        do {
            (body, response) = try await session.data(for: request)
        } catch {
            try Task.checkCancellation()
            throw EmbeddingError(
                .serverUnreachable,
                """
                No connection to the model server at \(request.address) (\(error.localizedDescription)). \
                Start it, or correct the URL. Until it answers, search goes by keywords.
                """
            )
        }
        guard let response = response as? HTTPURLResponse else {
            throw EmbeddingError(.malformedResponse, "\(request.address) does not speak HTTP.")
        }
        let seconds = response.value(forHTTPHeaderField: "Retry-After").flatMap { Int64($0) }
        return HTTPAnswer(status: response.statusCode, body: body, retryAfter: seconds.map { .seconds(max($0, 0)) })
    }

    private func giveUp(on request: URLRequest) async throws -> HTTPAnswer {
        try await Task.sleep(for: timeout)
        throw EmbeddingError(
            .timedOut,
            """
            The model server at \(request.address) did not answer within \(timeout). \
            If it is loading a model, try again; if it is slow, allow it more time or send smaller batches.
            """
        )
    }
}

extension URLRequest {
    fileprivate var address: String { url?.absoluteString ?? "(no URL)" }
}
