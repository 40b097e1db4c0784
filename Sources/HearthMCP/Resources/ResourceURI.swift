import FoundationEssentials
import HearthMemory

/// The address of something that a client can read.
enum ResourceURI: Equatable {
    case memory(MemoryID)
    case history(MemoryID)
    case slice
    case status
    case category(String)
    case tag(String)
    case owner(String)

    private static let scheme = "hearth://"

    /// - Returns: Nil for an address that is none of the server's.
    init?(_ text: String) {
        guard text.hasPrefix(Self.scheme) else { return nil }
        let parts = text.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false)
            .map(Self.unescaped)
        switch (parts.first, parts.count) {
        case ("slice", 1): self = .slice
        case ("status", 1): self = .status
        case ("memory", 2) where !parts[1].isEmpty: self = .memory(MemoryID(rawValue: parts[1]))
        case ("memory", 3) where parts[2] == "history": self = .history(MemoryID(rawValue: parts[1]))
        case ("category", 2) where !parts[1].isEmpty: self = .category(parts[1])
        case ("tag", 2) where !parts[1].isEmpty: self = .tag(parts[1])
        case ("agent", 2) where !parts[1].isEmpty: self = .owner(parts[1])
        default: return nil
        }
    }

    var text: String {
        switch self {
        case .memory(let id): Self.scheme + "memory/" + Self.escaped(id.rawValue)
        case .history(let id): Self.scheme + "memory/" + Self.escaped(id.rawValue) + "/history"
        case .slice: Self.scheme + "slice"
        case .status: Self.scheme + "status"
        case .category(let name): Self.scheme + "category/" + Self.escaped(name)
        case .tag(let name): Self.scheme + "tag/" + Self.escaped(name)
        case .owner(let name): Self.scheme + "agent/" + Self.escaped(name)
        }
    }

    /// Whether it lists memories of some kind, so that only another look says what an event did to it.
    var isListing: Bool {
        switch self {
        case .category, .tag, .owner: true
        case .memory, .history, .slice, .status: false
        }
    }

    /// What an event tells of a resource.
    enum Effect {
        case none, changed
        /// Only another look says whether it reads differently.
        case unknown
    }

    /// Whether this reads differently after an event.
    func effect(of event: MemoryEvent) -> Effect {
        switch self {
        case .memory(let id), .history(let id): Self.mayName(id, event) ? .changed : .none
        case .slice, .status: .changed
        case .category, .tag, .owner: .unknown
        }
    }

    /// Whether an agent may mean the memory of an event by an identifier, which may have the owner in front.
    private static func mayName(_ id: MemoryID, _ event: MemoryEvent) -> Bool {
        id == event.memoryID || id.rawValue == "\(event.agentID):\(event.memoryID)"
    }

    /// The text that percent signs and digits stand for; empty for what is none.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let escaped = UInt8(digits, radix: 16) else { return "" }
            bytes.append(escaped)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self) ?? ""
    }

    /// Everything but letters, digits and `-._~` as percent signs and digits (RFC 3986).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain = byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            if isPlain || "-._~".utf8.contains(byte) {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
