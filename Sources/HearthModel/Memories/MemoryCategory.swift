import Foundation

/// What a memory is about; sharing rules go by it.
///
/// The set is open: any string that is a valid identifier is a category. The well-known ones are static members.
public struct MemoryCategory: RawRepresentable, ExpressibleByStringLiteral, Hashable, Sendable, Codable {
    /// The category as text.
    public let rawValue: String

    /// Wraps a string without checking it; the call that takes the category checks it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Wraps a literal.
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// Reads a plain string.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes a plain string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension MemoryCategory: CustomStringConvertible {
    /// The category as text.
    public var description: String { rawValue }
}

extension MemoryCategory {
    /// "general".
    public static let general: MemoryCategory = "general"
    /// "conversation".
    public static let conversation: MemoryCategory = "conversation"
    /// "task".
    public static let task: MemoryCategory = "task"
    /// "knowledge".
    public static let knowledge: MemoryCategory = "knowledge"
    /// "preference".
    public static let preference: MemoryCategory = "preference"
    /// "analysis".
    public static let analysis: MemoryCategory = "analysis"
    /// "pattern".
    public static let pattern: MemoryCategory = "pattern"
    /// "behavioral".
    public static let behavioral: MemoryCategory = "behavioral"
    /// "security".
    public static let security: MemoryCategory = "security"
    /// "incident".
    public static let incident: MemoryCategory = "incident"
    /// "alert".
    public static let alert: MemoryCategory = "alert"
    /// "audit".
    public static let audit: MemoryCategory = "audit"
    /// "persona".
    public static let persona: MemoryCategory = "persona"
    /// "style".
    public static let style: MemoryCategory = "style"
    /// "template".
    public static let template: MemoryCategory = "template"
    /// "user_preferences".
    public static let userPreferences: MemoryCategory = "user_preferences"
    /// "system_knowledge".
    public static let systemKnowledge: MemoryCategory = "system_knowledge"
    /// "security_alerts".
    public static let securityAlerts: MemoryCategory = "security_alerts"
    /// "behavioral_patterns".
    public static let behavioralPatterns: MemoryCategory = "behavioral_patterns"
    /// "personal_conversations".
    public static let personalConversations: MemoryCategory = "personal_conversations"
    /// "private_tasks".
    public static let privateTasks: MemoryCategory = "private_tasks"
    /// "analysis_internals".
    public static let analysisInternals: MemoryCategory = "analysis_internals"
    /// "cognitive_models".
    public static let cognitiveModels: MemoryCategory = "cognitive_models"
    /// "security_credentials".
    public static let securityCredentials: MemoryCategory = "security_credentials"
    /// "incident_details".
    public static let incidentDetails: MemoryCategory = "incident_details"
    /// "persona_templates".
    public static let personaTemplates: MemoryCategory = "persona_templates"
    /// "style_adaptations".
    public static let styleAdaptations: MemoryCategory = "style_adaptations"
}

extension MemoryCategory {
    /// Checks that the category is one a store accepts: the rules are those of an ``Identifier``.
    ///
    /// - Returns: The category in Unicode normalisation form C, as the file holds it.
    /// - Throws: `.invalidArgument` that says what is wrong.
    public func validated() throws(MemoryError) -> MemoryCategory {
        try Identifiers.validate(rawValue, kind: "category")
        return canonical
    }

    /// The one spelling of the category that a file holds. Two spellings that Swift takes for equal must not be two
    /// categories there, or a restriction on one would not hold for the other.
    package var canonical: MemoryCategory {
        // ASCII is its own normal form.
        if rawValue.utf8.allSatisfy({ $0 < 0x80 }) { return self }
        return MemoryCategory(rawValue: rawValue.precomposedStringWithCanonicalMapping)
    }
}
