public import FoundationEssentials

extension SharingPolicy: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case globalRules = "global_rules"
        case restrictedCategories = "restricted_categories"
        case propagationRules = "propagation_rules"
        case sealedCategories = "sealed_categories"
    }

    /// Reads the form that ``json()`` writes; where a key is absent there are no rules of that kind, and the usual categories
    /// are sealed.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            globalRules: try container.decodeIfPresent([Rule].self, forKey: .globalRules) ?? [],
            restrictedCategories: try container.decodeIfPresent(
                [AgentID: Set<MemoryCategory>].self,
                forKey: .restrictedCategories
            ) ?? [:],
            propagationRules: try container.decodeIfPresent([Rule].self, forKey: .propagationRules) ?? [],
            sealedCategories: try container.decodeIfPresent(Set<MemoryCategory>.self, forKey: .sealedCategories)
                ?? Self.usuallySealed
        )
    }

    /// Writes the four lists under `global_rules`, `restricted_categories`, `propagation_rules` and `sealed_categories`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(globalRules, forKey: .globalRules)
        try container.encode(
            restrictedCategories.mapValues { $0.map(\.rawValue).sorted() },
            forKey: .restrictedCategories
        )
        try container.encode(propagationRules, forKey: .propagationRules)
        try container.encode(sealedCategories.map(\.rawValue).sorted(), forKey: .sealedCategories)
    }

    /// Reads and validates a policy.
    ///
    /// The document is an object with up to four keys. `global_rules` and `propagation_rules` are arrays of objects
    /// with `name`, `categories`, `agents` and, optionally, `permission` ("read", the default, or "propose").
    /// `restricted_categories` is an object from an owner's identifier to an array of categories.
    /// `sealed_categories` is an array of categories.
    ///
    /// - Throws: `.invalidArgument` that names the key that is wrong and what it may be.
    public init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(SharingPolicy.self, from: json)
        } catch let error as DecodingError {
            throw MemoryError.invalidArgument("The sharing policy does not read: \(error.explanation)")
        }
        try validate()
    }

    /// The policy as a JSON document with sorted keys, for people to edit.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// Checks that every name, agent and category is valid and that rule names are distinct.
    ///
    /// - Throws: `.invalidArgument` that names the key.
    public func validate() throws(MemoryError) {
        try Self.validate(globalRules, key: CodingKeys.globalRules.rawValue)
        try Self.validate(propagationRules, key: CodingKeys.propagationRules.rawValue)
        for (owner, categories) in restrictedCategories {
            let key = "\(CodingKeys.restrictedCategories.rawValue).\(owner)"
            try Self.named(key) { () throws(MemoryError) in
                _ = try owner.validated()
                for category in categories { _ = try category.validated() }
            }
        }
        try Self.named(CodingKeys.sealedCategories.rawValue) { () throws(MemoryError) in
            for category in sealedCategories { _ = try category.validated() }
        }
    }

    private static func validate(_ rules: [Rule], key: String) throws(MemoryError) {
        var names: Set<String> = []
        for (index, rule) in rules.enumerated() {
            let path = "\(key)[\(index)]"
            guard !rule.name.isEmpty else { throw .invalidArgument("\(path).name is empty; name the rule.") }
            guard names.insert(rule.name).inserted else {
                throw .invalidArgument("\(path).name repeats \"\(rule.name)\"; names within \(key) are distinct.")
            }
            try named("\(path).agents") { () throws(MemoryError) in
                for agent in rule.agents { _ = try agent.validated() }
            }
            try named("\(path).categories") { () throws(MemoryError) in
                for category in rule.categories { _ = try category.validated() }
            }
        }
    }

    private static func named(_ key: String, _ check: () throws(MemoryError) -> Void) throws(MemoryError) {
        do {
            try check()
        } catch {
            throw .invalidArgument("\(key): \(error.message)")
        }
    }
}

extension SharingPolicy.Rule: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, categories, agents, permission
    }

    /// Reads a rule; `permission` may be absent and is then `read`.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            categories: Set(try container.decode([MemoryCategory].self, forKey: .categories)),
            agents: Set(try container.decode([AgentID].self, forKey: .agents)),
            permission: try container.decodeIfPresent(SharePermission.self, forKey: .permission) ?? .read
        )
    }

    /// Writes a rule with its lists sorted, so that the same policy always makes the same document.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(categories.map(\.rawValue).sorted(), forKey: .categories)
        try container.encode(agents.sorted(), forKey: .agents)
        try container.encode(permission, forKey: .permission)
    }
}

/// A key of any name, to find the keys of a document that are not known.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// Refuses a document with an unknown key. Otherwise a misspelt rule would silently share nothing, or too much.
    fileprivate func refuseKeys(besides known: [String]) throws {
        for key in try container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [key],
                    debugDescription: "no such key; there are \(known.joined(separator: ", "))"
                )
            )
        }
    }
}

extension DecodingError {
    /// Which key is wrong and why, for a person.
    var explanation: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\((context.codingPath + [key]).path) is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(context.codingPath.path): \(context.debugDescription)."
        @unknown default:
            "\(self)"
        }
    }
}

extension [any CodingKey] {
    fileprivate var path: String {
        guard !isEmpty else { return "the document" }
        return reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
