import HearthMemory

/// The memories that are parts of a graph: each entity, each observation and each relation is one.
///
/// So two clients that add to one entity at once never overwrite each other, and a search finds an observation by its own words.
struct GraphStore: Sendable {
    let memory: AgentMemory

    /// All parts have this tag, by which they are found.
    static let tag = "graph"
    struct Relation: Hashable, Sendable {
        var from: String
        var to: String
        var type: String
    }

    struct Entity: Sendable {
        var name: String
        var type: String
        var observations: [String] = []
    }

    /// Everything that is there, in the order in which it came.
    struct Graph: Sendable {
        var entities: [Entity] = []
        var relations: [Relation] = []
        /// Which memories are the parts.
        var entityParts: [String: [MemoryID]] = [:]
        var observationParts: [String: [String: [MemoryID]]] = [:]
        var relationParts: [Relation: [MemoryID]] = [:]
        private var places: [String: Int] = [:]

        subscript(name: String) -> Entity? { places[name].map { entities[$0] } }

        fileprivate mutating func add(_ memory: Memory) {
            let parts = memory.metadata
            switch parts["graph"] {
            case "entity":
                guard let name = parts["entity"] else { return }
                entityParts[name, default: []].append(memory.id)
                guard places[name] == nil else { return }
                places[name] = entities.count
                entities.append(Entity(name: name, type: parts["type"] ?? ""))
            case "observation":
                guard let name = parts["entity"] else { return }
                let isNew = observationParts[name]?[memory.content] == nil
                observationParts[name, default: [:]][memory.content, default: []].append(memory.id)
                if isNew, let place = places[name] { entities[place].observations.append(memory.content) }
            case "relation":
                guard let from = parts["from"], let to = parts["to"], let type = parts["type"] else { return }
                let relation = Relation(from: from, to: to, type: type)
                if relationParts[relation] == nil { relations.append(relation) }
                relationParts[relation, default: []].append(memory.id)
            default: return
            }
        }

        /// The entities that are wanted, and every relation that touches one of them.
        func part(_ isWanted: (Entity) -> Bool) -> Graph {
            var part = Graph()
            part.entities = entities.filter(isWanted)
            let names = Set(part.entities.map(\.name))
            part.relations = relations.filter { names.contains($0.from) || names.contains($0.to) }
            return part
        }
    }

    func graph() async throws -> Graph { try await readable().value }

    /// The graph, and whether there may be parts of it that can't be read.
    func readable() async throws -> Readable<Graph> {
        try await memory.all(SearchFilter(tags: [Self.tag]))
            .map { newestFirst in
                var graph = Graph()
                let oldestFirst = newestFirst.reversed()
                // An observation goes to its entity, which may have come later.
                for part in oldestFirst where part.metadata["graph"] == "entity" { graph.add(part) }
                for part in oldestFirst where part.metadata["graph"] != "entity" { graph.add(part) }
                return graph
            }
    }

    /// Stores parts, all or none.
    func add(_ parts: [(content: String, metadata: [String: String])], _ provenance: Provenance) async throws {
        guard !parts.isEmpty else { return }
        try await memory.coordinator.storeAgentMemories(
            agentID: memory.agent,
            userID: memory.user,
            parts.map { part in
                MemoryDraft(
                    content: part.content,
                    type: .semantic,
                    category: .knowledge,
                    tags: [Self.tag],
                    metadata: part.metadata,
                    provenance: provenance
                )
            }
        )
    }

    /// The names of the entities that a search finds by their parts.
    func found(_ query: String, limit: Int) async throws -> Set<String> {
        let results =
            try await memory.reading(SearchFilter(tags: [Self.tag])) { filter in
                try await memory.coordinator.searchAgentMemories(
                    agentID: memory.agent,
                    userID: memory.user,
                    query: query,
                    filter: filter,
                    limit: limit
                )
            }
            .value
        return Set(
            results.flatMap { result in ["entity", "from", "to"].compactMap { result.memory.metadata[$0] } }
        )
    }

    // How the parts read where they are found as memories.

    static func part(ofEntity name: String, type: String) -> (content: String, metadata: [String: String]) {
        ("\(name) is of the type \(type).", ["graph": "entity", "entity": name, "type": type])
    }

    static func part(_ observation: String, of entity: String) -> (content: String, metadata: [String: String]) {
        (observation, ["graph": "observation", "entity": entity])
    }

    static func part(_ relation: Relation) -> (content: String, metadata: [String: String]) {
        (
            "\(relation.from) \(relation.type) \(relation.to)",
            ["graph": "relation", "from": relation.from, "to": relation.to, "type": relation.type]
        )
    }
}
