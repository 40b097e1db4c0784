public import FoundationEssentials

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// An embedder that asks a model server over HTTP: Ollama, llama.cpp, LM Studio, vLLM, or any other that speaks
/// `POST /v1/embeddings`.
///
/// ```swift
/// configuration.embedder = OpenAICompatibleEmbedder(
///     baseURL: URL(string: "http://localhost:11434/v1")!, model: "nomic-embed-text", dimension: 768)
/// ```
///
/// Memories are stored without waiting for it, and while the server is away search goes on by keywords. Like any
/// program, it uses the proxy that the environment names (`http_proxy`, except for the hosts of `no_proxy`).
public struct OpenAICompatibleEmbedder: Embedder {
    /// The model's name: vectors of the same model are comparable, whichever server computes them.
    public let identifier: String
    /// The number of components that the model gives.
    public let dimension: Int

    private var endpoint: EmbeddingsEndpoint
    private let apiKey: String?
    private let batchSize: Int
    private let retry: RetryPolicy
    private let clock: any Clock<Duration>
    private let client: HTTPClient

    /// A day, which is as good as no limit, and which every clock can count.
    private static let longestTimeout = Duration.seconds(86_400)

    /// Creates an embedder, without sending anything.
    ///
    /// - Parameters:
    ///   - baseURL: The server's address up to and including `/v1`.
    ///   - model: The name of the model, as the server knows it.
    ///   - dimension: The number of components that the model gives.
    ///   - apiKey: Sent as a bearer token. Local servers need none.
    ///   - batchSize: The greatest number of texts in a request.
    ///   - timeout: The longest wait for an answer, at most a day. A server's first answer may include loading the
    ///     model.
    public init(
        baseURL: URL,
        model: String,
        dimension: Int,
        apiKey: String? = nil,
        batchSize: Int = 64,
        timeout: Duration = .seconds(30)
    ) {
        self.init(
            baseURL: baseURL,
            model: model,
            dimension: dimension,
            apiKey: apiKey,
            batchSize: batchSize,
            timeout: timeout,
            clock: ContinuousClock()
        )
    }

    /// Creates an embedder that measures the waits between attempts by a clock.
    package init(
        baseURL: URL,
        model: String,
        dimension: Int,
        apiKey: String? = nil,
        batchSize: Int = 64,
        timeout: Duration = .seconds(30),
        retry: RetryPolicy = .init(),
        clock: any Clock<Duration>
    ) {
        identifier = "openai-compatible/\(model)/\(dimension)"
        self.dimension = dimension
        endpoint = EmbeddingsEndpoint(url: baseURL.appending(path: "embeddings"), model: model, dimension: dimension)
        self.apiKey = apiKey
        self.batchSize = max(batchSize, 1)
        self.retry = retry
        self.clock = clock
        client = HTTPClient(timeout: min(timeout, Self.longestTimeout))
    }

    /// Asks a model server how many components its vectors have, by having it embed a word.
    ///
    /// The parameters are those of ``init(baseURL:model:dimension:apiKey:batchSize:timeout:)``.
    ///
    /// - Throws: ``EmbeddingError`` where the server is away or does not answer with an embedding.
    public static func dimension(
        ofModel model: String,
        baseURL: URL,
        apiKey: String? = nil,
        timeout: Duration = .seconds(30)
    ) async throws -> Int {
        // Creating an embedder takes a dimension, which the answer to this request decides.
        var probe = OpenAICompatibleEmbedder(
            baseURL: baseURL,
            model: model,
            dimension: 0,
            apiKey: apiKey,
            timeout: timeout
        )
        probe.endpoint = EmbeddingsEndpoint(url: probe.endpoint.url, model: model, dimension: nil)
        return try await probe.embedBatch(["word"])[0].count
    }

    /// The embeddings of texts: unit vectors in their order.
    ///
    /// Texts are sent in batches, one request at a time. A text of nothing but white space has the zero vector and is
    /// not sent: some servers refuse it. A vector that points nowhere is asked for again, like an answer that failed.
    ///
    /// - Throws: ``EmbeddingError``, or `CancellationError` as soon as the task is cancelled.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        guard dimension > 0 else {
            throw EmbeddingError(.wrongDimension, "An embedder of \(dimension) components can give no vectors.")
        }
        var vectors = [[Float]](repeating: [Float](repeating: 0, count: dimension), count: texts.count)
        let worthSending = texts.indices.filter { !texts[$0].isBlank }
        for start in stride(from: 0, to: worthSending.count, by: batchSize) {
            let batch = worthSending[start..<min(start + batchSize, worthSending.count)]
            let answers = try await embedBatch(batch.map { texts[$0] })
            for (index, vector) in zip(batch, answers) { vectors[index] = vector }
        }
        return vectors
    }

    private func embedBatch(_ texts: [String]) async throws -> [[Float]] {
        let request = try request(for: texts)
        var attempt = 1
        while true {
            let failure: EmbeddingError
            var retryAfter: Duration?
            do {
                let answer = try await client.answer(to: request)
                if answer.isSuccess { return try endpoint.vectors(in: answer.body, count: texts.count) }
                failure = endpoint.error(status: answer.status, body: answer.body)
                retryAfter = answer.retryAfter
            } catch let error as EmbeddingError {
                failure = error
            }
            let jitter = Double.random(in: 0...1)
            guard [.serverUnreachable, .serverFailed].contains(failure.code) || failure.isUnusableVector,
                let delay = retry.delay(afterAttempt: attempt, retryAfter: retryAfter, jitter: jitter)
            else { throw failure }
            try await clock.sleep(for: delay)
            attempt += 1
        }
    }

    private func request(for texts: [String]) throws -> URLRequest {
        var request = URLRequest(url: endpoint.url)
        request.httpMethod = "POST"
        request.httpBody = try endpoint.body(for: texts)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let apiKey { request.setValue("Bearer \(apiKey)", forHTTPHeaderField: "Authorization") }
        return request
    }
}
