import HearthMemory

extension ImportCounts {
    private enum ReportKeys: String, CodingKey {
        case stored, present, deleted, expired, erased, unsealed, restorable
    }

    /// Writes the counts among the members of a report of an import.
    func encodeAmongMembers(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ReportKeys.self)
        try container.encode(stored, forKey: .stored)
        try container.encode(present, forKey: .present)
        try container.encode(deleted, forKey: .deleted)
        try container.encode(expired, forKey: .expired)
        try container.encode(erased, forKey: .erased)
        try container.encode(unsealed, forKey: .unsealed)
        try container.encode(restorable, forKey: .restorable)
    }
}
