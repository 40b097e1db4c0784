import FoundationEssentials

/// The messages of `POST /v1/embeddings`, as OpenAI's API reference describes them and local servers speak them.
struct EmbeddingsEndpoint: Sendable {
    struct Request: Encodable {
        var model: String
        var input: [String]
    }

    private struct Response: Decodable {
        struct Item: Decodable {
            var index: Int?
            var embedding: [Double]
        }

        var data: [Item]
    }

    /// How many bytes of a server's own words an error quotes at most.
    private static let quotedBytes = 300

    let url: URL
    let model: String
    /// The number of components that every vector must have; nil while it is not known.
    let dimension: Int?

    func body(for texts: [String]) throws -> Data {
        try JSONEncoder().encode(Request(model: model, input: texts))
    }

    /// Unit vectors in the order of the texts, from an answer that may list them in another order.
    func vectors(in body: Data, count: Int) throws(EmbeddingError) -> [[Float]] {
        let response: Response
        do {
            response = try JSONDecoder().decode(Response.self, from: body)
        } catch {
            throw malformed("\(Self.excerpt(body)) (\(error))")
        }
        guard response.data.count == count else {
            throw malformed("\(response.data.count) embeddings for \(count) texts.")
        }
        var vectors = [[Float]?](repeating: nil, count: count)
        for (position, item) in response.data.enumerated() {
            let index = item.index ?? position
            guard vectors.indices.contains(index), vectors[index] == nil else {
                throw malformed("Index \(index) is out of range, or there twice.")
            }
            vectors[index] = try unitVector(item.embedding)
        }
        return vectors.compactMap(\.self)
    }

    private func unitVector(_ components: [Double]) throws(EmbeddingError) -> [Float] {
        if let dimension, components.count != dimension {
            throw EmbeddingError(
                .wrongDimension,
                """
                The model \(model) at \(url) gives \(components.count) components, not \(dimension): \
                open the embedder with dimension \(components.count), or with the model that was meant.
                """
            )
        }
        var vector = components.map { Float($0) }
        do {
            try vector.requireDirection()
        } catch {
            throw EmbeddingError(error.code, "The model \(model) at \(url) gives no usable vector. \(error.message)")
        }
        vector.normalize()
        return vector
    }

    /// The error for an answer other than success.
    ///
    /// Only statuses that speak of the request's content are taken for a refusal of the texts.
    func error(status: Int, body: Data) -> EmbeddingError {
        let answer = "\(url) answers \(status): \(Self.excerpt(body))"
        return switch status {
        case 401, 402, 403, 407: EmbeddingError(.accessRefused, "\(answer) Check the API key and what it permits.")
        case 404, 405, 410:
            EmbeddingError(.modelNotFound, "\(answer) Is \(model) installed there, and does the URL end in /v1?")
        case 400, 413, 414, 422: EmbeddingError(.requestRefused, answer)
        case 429: EmbeddingError(.serverFailed, "\(answer) It takes fewer requests; wait, or raise its limit.")
        case 300..<400: EmbeddingError(.serverFailed, "\(answer) Give the URL to which it leads.")
        default: EmbeddingError(.serverFailed, "\(answer) Its log should say why.")
        }
    }

    private func malformed(_ found: String) -> EmbeddingError {
        EmbeddingError(.malformedResponse, "\(url) does not answer with embeddings as /v1/embeddings should: \(found)")
    }

    private static func excerpt(_ body: Data) -> String {
        let text = String(decoding: body.prefix(quotedBytes), as: UTF8.self)
        return text.isEmpty ? "(nothing)" : text
    }
}
