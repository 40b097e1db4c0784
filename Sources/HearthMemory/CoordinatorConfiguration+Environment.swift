import HearthStore

extension CoordinatorConfiguration {
    /// Reads the environment; what is absent or empty keeps its default.
    ///
    /// | variable | value |
    /// | --- | --- |
    /// | `MEMORY_SYNC_INTERVAL` | seconds, 0 to a day; 0 switches background sync off |
    /// | `MEMORY_LOCK_TIMEOUT` | seconds a lease lasts, more than 0, to a day |
    /// | `CONFLICT_RESOLUTION_STRATEGY` | a `ConflictResolution` by its raw value |
    /// | `<AGENT>_MEMORY_RETENTION_DAYS` | days, more than 0, to 36,500; the agent's identifier in upper case, `-` and `.` as `_` |
    ///
    /// - Throws: `.invalidConfiguration` naming the variable and what it may be.
    public init(environment: [String: String]) throws {
        self.init()
        if let seconds = try Self.number("MEMORY_SYNC_INTERVAL", in: environment, range: 0...86_400, unit: "seconds") {
            syncInterval = .seconds(seconds)
        }
        if let seconds = try Self.number("MEMORY_LOCK_TIMEOUT", in: environment, range: 0.001...86_400, unit: "seconds")
        {
            lockDuration = .seconds(seconds)
        }
        if let name = environment["CONFLICT_RESOLUTION_STRATEGY"], !name.isEmpty {
            guard let strategy = ConflictResolution(rawValue: name) else {
                let names = ConflictResolution.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.invalid("CONFLICT_RESOLUTION_STRATEGY", value: name, expected: "one of \(names)")
            }
            defaultResolution = strategy
        }
        let suffix = "_MEMORY_RETENTION_DAYS"
        for variable in environment.keys.sorted() where variable.hasSuffix(suffix) && variable.count > suffix.count {
            if let days = try Self.number(variable, in: environment, range: 0.001...36_500, unit: "days") {
                let agent = variable.dropLast(suffix.count).lowercased()
                retention[AgentID(rawValue: agent)] = .seconds(days * 86_400)
            }
        }
    }

    private static func number(
        _ variable: String,
        in environment: [String: String],
        range: ClosedRange<Double>,
        unit: String
    ) throws -> Double? {
        guard let text = environment[variable], !text.isEmpty else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw invalid(
                variable,
                value: text,
                expected: "a number of \(unit) from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    private static func invalid(_ variable: String, value: String, expected: String) -> MemoryError {
        MemoryError(code: .invalidConfiguration, message: "\(variable) is \"\(value)\"; it must be \(expected).")
    }
}
