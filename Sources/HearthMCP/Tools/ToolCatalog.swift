import HearthMemory

/// The tools that a server offers.
struct ToolCatalog: Sendable {
    let tools: [Tool]

    /// - Throws: `.invalidArgument` for a name that the style does not have.
    init(_ options: ServerOptions) throws {
        let all: [Tool]
        let usual: [String]
        switch options.style {
        case .memories: (all, usual) = (MemoryTools.all, MemoryTools.usual)
        case .files: (all, usual) = (FileTools.all, FileTools.all.map(\.name))
        case .graph: (all, usual) = (GraphTools.all, GraphTools.all.map(\.name))
        case .openmemory: (all, usual) = (OpenMemoryTools.all, OpenMemoryTools.all.map(\.name))
        case .mcpMemoryService: (all, usual) = (MemoryServiceTools.all, MemoryServiceTools.all.map(\.name))
        }
        let names: [String]
        switch options.tools {
        case .usual: names = usual
        case .all: names = all.map(\.name)
        case .named(let given):
            let known = all.map(\.name)
            guard !given.isEmpty else {
                throw MemoryError(
                    code: .invalidArgument,
                    message: "No tool is named; name some of \(known.joined(separator: ", ")), or say all."
                )
            }
            for name in given where !known.contains(name) {
                throw MemoryError(
                    code: .invalidArgument,
                    message: "There is no tool \(name); there are \(known.joined(separator: ", "))."
                )
            }
            names = given
        }
        tools = all.filter { names.contains($0.name) && (!options.isReadOnly || $0.effect.isReading) }
        guard !tools.isEmpty else {
            throw MemoryError(
                code: .invalidArgument,
                message: """
                    None of \(names.joined(separator: ", ")) only reads, so that nothing would be offered; name tools that read: \
                    \(all.filter(\.effect.isReading).map(\.name).joined(separator: ", ")).
                    """
            )
        }
    }

    subscript(name: String) -> Tool? {
        tools.first { $0.name == name } ?? tools.first { $0.formerNames.contains(name) }
    }
}
