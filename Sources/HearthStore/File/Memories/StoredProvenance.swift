import HearthModel
import HearthSQLite

/// How the file holds where a text came from; ``SchemaV6`` describes it.
enum StoredProvenance {
    /// Nil for the standard one.
    ///
    /// - Parameter isSealed: Whether the name is left out, because it is sealed with the text.
    static func column(_ provenance: Provenance, isSealed: Bool) -> ProvenanceColumn? {
        guard provenance != .standard else { return nil }
        return ProvenanceColumn(isSealed ? provenance.unnamed : provenance)
    }

    /// - Throws: `.storeCorrupt` for a column that does not read.
    static func read(_ row: Row, _ column: Int32) throws -> Provenance {
        // A number is text of one word.
        row.isNull(column) ? .standard : try read(row.string(column))
    }

    fileprivate static func read(_ text: String) throws -> Provenance {
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard let place = words.first.flatMap({ Int($0) }), let origin = Provenance.Origin(place: place) else {
            throw unreadable
        }
        guard words.count > 1 else { return Provenance(origin: origin) }
        guard let trust = Double(words[1]), (0...1).contains(trust) else { throw unreadable }
        return Provenance(origin: origin, name: words.count > 2 ? String(words[2]) : nil, trust: trust)
    }

    fileprivate static var unreadable: MemoryError { .corrupt("Where a text came from does not read.") }
}

extension Provenance {
    /// The same without the name.
    var unnamed: Provenance { Provenance(origin: origin, trust: trust) }
}

/// A value of the column.
struct ProvenanceColumn: SQLiteBindable {
    private let provenance: Provenance

    init(_ provenance: Provenance) {
        self.provenance = provenance
    }

    func bind(to statement: Statement, at index: Int32) throws {
        let (origin, name) = (provenance.origin, provenance.name)
        if provenance == Provenance(origin: origin) {
            try origin.place.bind(to: statement, at: index)
        } else {
            let words = ["\(origin.place)", "\(provenance.trust)"] + [name].compactMap(\.self)
            try words.joined(separator: " ").bind(to: statement, at: index)
        }
    }
}

/// A value of the column exactly as it is stored, so that it is found again however it is spelled.
enum ProvenanceKey: SQLiteBindable {
    case number(Int64)
    case text(String)

    /// - Parameter type: The column with the value's `typeof`.
    /// - Throws: `.storeCorrupt` for a value of another type.
    init(_ row: Row, _ column: Int32, type: Int32) throws {
        switch row.string(type) {
        case "integer": self = .number(row.int64(column))
        case "text": self = .text(row.string(column))
        default: throw StoredProvenance.unreadable
        }
    }

    /// - Throws: `.storeCorrupt` for one that does not read.
    var value: Provenance {
        get throws {
            switch self {
            case .number(let number): try StoredProvenance.read("\(number)")
            case .text(let text): try StoredProvenance.read(text)
            }
        }
    }

    func bind(to statement: Statement, at index: Int32) throws {
        switch self {
        case .number(let number): try number.bind(to: statement, at: index)
        case .text(let text): try text.bind(to: statement, at: index)
        }
    }
}
