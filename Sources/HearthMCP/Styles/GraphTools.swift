import HearthMemory
import HearthText

/// The memory as a graph, with the nine tools of the reference memory server, their arguments and their results.
enum GraphTools {
    static let all = changing + deleting + reading

    private static let strings = Tool.Kind.list(.string)
    private static let entity = Tool.Kind.record([
        Tool.Field(name: "name", kind: .string), Tool.Field(name: "entityType", kind: .string),
        Tool.Field(name: "observations", kind: strings),
    ])
    private static let relation = Tool.Kind.record([
        Tool.Field(name: "from", kind: .string), Tool.Field(name: "to", kind: .string),
        Tool.Field(name: "relationType", kind: .string),
    ])
    private static let graph = [
        Tool.Field(name: "entities", kind: .list(entity)), Tool.Field(name: "relations", kind: .list(relation)),
    ]
    private static let done = [Tool.Field(name: "success", kind: .boolean), Tool.Field(name: "message", kind: .string)]
    private static let mostFound = 50

    private static let changing: [Tool] = [
        Tool(
            name: "create_entities",
            description: "Create entities in the knowledge graph; those that exist are left as they are.",
            arguments: [Tool.Argument(name: "entities", kind: .list(entity), isRequired: true)],
            results: [Tool.Field(name: "entities", kind: .list(entity))],
            effect: .adds
        ) { call in
            try await call.memory.turns.take {
                let store = GraphStore(memory: call.memory)
                let present = try await store.graph()
                var created: [String: JSONValue] = [:]
                var order: [String] = []
                var parts: [(content: String, metadata: [String: String])] = []
                for given in call.arguments["entities"]?.array ?? [] {
                    let name = given["name"]?.string ?? ""
                    guard !name.isEmpty else { throw ToolFailure("An entity's name is empty.") }
                    guard present[name] == nil, created[name] == nil else { continue }
                    created[name] = given
                    order.append(name)
                    parts.append(GraphStore.part(ofEntity: name, type: given["entityType"]?.string ?? ""))
                    var seen: Set<String> = []
                    for observation in given["observations"]?.array?.compactMap(\.string) ?? []
                    where seen.insert(observation).inserted {
                        parts.append(GraphStore.part(observation, of: name))
                    }
                }
                try await store.add(parts, call.provenance)
                return ["entities": .array(order.compactMap { created[$0] })]
            }
        },
        Tool(
            name: "create_relations",
            description: "Create relations between entities, in active voice; those that exist are left as they are.",
            arguments: [Tool.Argument(name: "relations", kind: .list(relation), isRequired: true)],
            results: [Tool.Field(name: "relations", kind: .list(relation))],
            effect: .adds
        ) { call in
            try await call.memory.turns.take {
                let store = GraphStore(memory: call.memory)
                let present = try await store.graph()
                var created: [GraphStore.Relation] = []
                for relation in relations(call) {
                    for name in [relation.from, relation.to] where present[name] == nil {
                        throw ToolFailure("Entity with name \(name) not found; create_entities makes it.")
                    }
                    guard present.relationParts[relation] == nil, !created.contains(relation) else { continue }
                    created.append(relation)
                }
                try await store.add(created.map { GraphStore.part($0) }, call.provenance)
                return ["relations": .array(created.map(value))]
            }
        },
        Tool(
            name: "add_observations",
            description: "Add observations to entities that exist; those that an entity has are left out.",
            arguments: [
                Tool.Argument(
                    name: "observations",
                    kind: .list(
                        .record([
                            Tool.Field(name: "entityName", kind: .string), Tool.Field(name: "contents", kind: strings),
                        ])
                    ),
                    isRequired: true
                )
            ],
            results: [
                Tool.Field(
                    name: "results",
                    kind: .list(
                        .record([
                            Tool.Field(name: "entityName", kind: .string),
                            Tool.Field(name: "addedObservations", kind: strings),
                        ])
                    )
                )
            ],
            effect: .adds
        ) { call in
            try await call.memory.turns.take {
                let store = GraphStore(memory: call.memory)
                let present = try await store.graph()
                var parts: [(content: String, metadata: [String: String])] = []
                var results: [JSONValue] = []
                for given in call.arguments["observations"]?.array ?? [] {
                    let name = given["entityName"]?.string ?? ""
                    guard let entity = present[name] else {
                        throw ToolFailure("Entity with name \(name) not found; create_entities makes it.")
                    }
                    var known = Set(entity.observations)
                    let added = (given["contents"]?.array ?? []).compactMap(\.string)
                        .filter { known.insert($0).inserted }
                    parts += added.map { GraphStore.part($0, of: name) }
                    results.append(["entityName": .string(name), "addedObservations": JSONValue(added)])
                }
                try await store.add(parts, call.provenance)
                return ["results": .array(results)]
            }
        },
    ]

    private static let deleting: [Tool] = [
        Tool(
            name: "delete_entities",
            description: "Delete entities with their observations and relations.",
            arguments: [Tool.Argument(name: "entityNames", kind: strings, isRequired: true, aliases: ["names"])],
            results: done,
            effect: .removes
        ) { call in
            let store = GraphStore(memory: call.memory)
            let present = try await store.graph()
            let names = call.arguments.strings("entityNames") ?? []
            let missing = names.filter { present[$0] == nil }
            var parts: [MemoryID] = []
            for name in Set(names) {
                parts += present.entityParts[name] ?? []
                parts += (present.observationParts[name] ?? [:]).values.flatMap(\.self)
            }
            for (relation, ids) in present.relationParts
            where names.contains(relation.from) || names.contains(relation.to) {
                parts += ids
            }
            try await call.memory.delete(all: parts)
            let message =
                missing.isEmpty
                ? "Entities deleted successfully"
                : "Deleted \(names.count - missing.count) of \(names.count) entities. Not found: \(missing.joined(separator: ", "))"
            return ["success": true, "message": .string(message)]
        },
        Tool(
            name: "delete_observations",
            description: "Delete observations from entities.",
            arguments: [
                Tool.Argument(
                    name: "deletions",
                    kind: .list(
                        .record([
                            Tool.Field(name: "entityName", kind: .string),
                            Tool.Field(name: "observations", kind: strings),
                        ])
                    ),
                    isRequired: true
                )
            ],
            results: done,
            effect: .removes
        ) { call in
            let store = GraphStore(memory: call.memory)
            let present = try await store.graph()
            var parts: [MemoryID] = []
            var (asked, found) = (0, 0)
            for given in call.arguments["deletions"]?.array ?? [] {
                let known = present.observationParts[given["entityName"]?.string ?? ""] ?? [:]
                for observation in given["observations"]?.array?.compactMap(\.string) ?? [] {
                    asked += 1
                    guard let ids = known[observation] else { continue }
                    found += 1
                    parts += ids
                }
            }
            try await call.memory.delete(all: parts)
            let message =
                found == asked ? "Observations deleted successfully" : "Deleted \(found) of \(asked) observations."
            return ["success": true, "message": .string(message)]
        },
        Tool(
            name: "delete_relations",
            description: "Delete relations from the knowledge graph.",
            arguments: [Tool.Argument(name: "relations", kind: .list(relation), isRequired: true)],
            results: done,
            effect: .removes
        ) { call in
            let store = GraphStore(memory: call.memory)
            let present = try await store.graph()
            let given = relations(call)
            let found = given.compactMap { present.relationParts[$0] }
            try await call.memory.delete(all: found.flatMap(\.self))
            let message =
                found.count == given.count
                ? "Relations deleted successfully"
                : "Deleted \(found.count) of \(given.count) relations. The rest matched nothing."
            return ["success": true, "message": .string(message)]
        },
    ]

    private static let reading: [Tool] = [
        Tool(
            name: "read_graph",
            description: "Read the entire knowledge graph. Not for a question: search_nodes.",
            results: graph,
            effect: .reads
        ) { call in try await GraphStore(memory: call.memory).readable().map(value).result },
        Tool(
            name: "search_nodes",
            description:
                "Find entities by their names, types and observations, in words or by meaning. Use before you answer.",
            arguments: [Tool.Argument(name: "query", kind: .string, isRequired: true, aliases: ["q", "text"])],
            results: graph,
            effect: .reads
        ) { call in
            let store = GraphStore(memory: call.memory)
            let query = call.arguments.text("query")
            let found = query.isEmpty ? [] : try await store.found(query, limit: mostFound)
            let lowered = query.lowercased()
            return try await store.readable()
                .map { graph in
                    value(
                        graph.part { entity in
                            found.contains(entity.name)
                                || ([entity.name, entity.type] + entity.observations)
                                    .contains { $0.lowercased().contains(lowered) }
                        }
                    )
                }
                .result
        },
        Tool(
            name: "open_nodes",
            description: "Read entities by their names, with their relations.",
            arguments: [
                Tool.Argument(name: "names", kind: strings, isRequired: true, aliases: ["entityNames", "name"])
            ],
            results: graph,
            effect: .reads
        ) { call in
            let names = Set(call.arguments.strings("names") ?? [])
            return try await GraphStore(memory: call.memory).readable()
                .map { graph in value(graph.part { names.contains($0.name) }) }.result
        },
    ]

    private static func relations(_ call: ToolCall) -> [GraphStore.Relation] {
        (call.arguments["relations"]?.array ?? [])
            .map { given in
                GraphStore.Relation(
                    from: given["from"]?.string ?? "",
                    to: given["to"]?.string ?? "",
                    type: given["relationType"]?.string ?? ""
                )
            }
    }

    private static func value(_ relation: GraphStore.Relation) -> JSONValue {
        ["from": .string(relation.from), "to": .string(relation.to), "relationType": .string(relation.type)]
    }

    private static func value(_ graph: GraphStore.Graph) -> JSONObject {
        let entities = graph.entities.map { entity -> JSONValue in
            [
                "name": .string(entity.name), "entityType": .string(entity.type),
                "observations": JSONValue(entity.observations),
            ]
        }
        return ["entities": .array(entities), "relations": .array(graph.relations.map(value))]
    }
}
