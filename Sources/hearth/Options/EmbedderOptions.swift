import ArgumentParser
import FoundationEssentials
import HearthMemory

/// Which embedder a command works with.
struct EmbedderOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address of a model server that answers /v1/embeddings, up to and including /v1.",
            discussion: "Default: the built-in embedder.",
            valueName: "url"
        )
    )
    var embedder: String?

    @Option(help: ArgumentHelp("The model to ask the server for.", valueName: "name"))
    var model: String?

    @Option(help: ArgumentHelp("The components of its vectors. Default: the server is asked once.", valueName: "count"))
    var dimension: Int?

    func validate() throws {
        guard (embedder == nil) == (model == nil) else {
            throw ValidationError("--embedder and --model belong together.")
        }
        guard embedder != nil || dimension == nil else {
            throw ValidationError("--dimension says something of a model server; give --embedder and --model too.")
        }
        guard dimension.map({ $0 > 0 }) ?? true else { throw ValidationError("--dimension must be more than 0.") }
        if let embedder { _ = try Self.address(embedder) }
    }

    /// The embedder that the options name; nil if they name none.
    func named() async throws -> OpenAICompatibleEmbedder? {
        guard let embedder, let model else { return nil }
        let address = try Self.address(embedder)
        let asked =
            if let dimension { dimension } else {
                try await OpenAICompatibleEmbedder.dimension(ofModel: model, baseURL: address)
            }
        return OpenAICompatibleEmbedder(baseURL: address, model: model, dimension: asked)
    }

    private static func address(_ text: String) throws -> URL {
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https" else {
            throw ValidationError("--embedder \(text) is no address such as http://localhost:11434/v1.")
        }
        return url
    }
}
