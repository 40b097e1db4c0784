import HearthModel
import HearthText

/// Reads the `memory.jsonl` of the reference memory server: entities with observations, and relations.
///
/// Each part becomes a memory as the server of this package writes it in its graph style, which then shows the same graph.
struct GraphLinesReader: ForeignReader {
    private var lines: ByteLines

    static let namespace = "memory-jsonl"

    init(_ chunks: any Chunks) {
        lines = ByteLines(chunks)
    }

    var fractionRead: Double { lines.fractionRead }

    mutating func next() throws -> [ForeignItem]? {
        guard var line = try lines.next() else { return nil }
        let place = "line \(lines.number)"
        if line?.starts(with: [0xEF, 0xBB, 0xBF]) == true { line?.removeFirst(3) }
        guard let bytes = line else {
            return [.refused(place: place, reason: "it has more than \(ByteLines.longestLine >> 20) MiB")]
        }
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return [] }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return [.refused(place: place, reason: "it is not UTF-8")]
        }
        do throws(JSONSyntaxError) {
            return items(try JSONParser.parse(bytes, as: .lenient), place)
        } catch {
            return [.refused(place: place, reason: "not JSON: \(error.reason), at byte \(error.byte) of the line")]
        }
    }

    private func items(_ value: JSONValue, _ place: String) -> [ForeignItem] {
        switch value["type"]?.string {
        case "entity":
            guard let name = value.text("name") else {
                return [.refused(place: place, reason: "the entity has no name")]
            }
            let type = value["entityType"]?.string ?? ""
            let entity = memory(
                place,
                ["entity", name],
                "\(name) is of the type \(type).",
                ["graph": "entity", "entity": name, "type": type]
            )
            let observations = (value["observations"]?.array ?? []).compactMap(\.string).filter { !$0.isEmpty }
            return [entity]
                + observations.map {
                    memory(place, ["observation", name, $0], $0, ["graph": "observation", "entity": name])
                }
        case "relation":
            guard let from = value.text("from"), let to = value.text("to"), let type = value.text("relationType") else {
                return [.refused(place: place, reason: "the relation lacks from, to or relationType")]
            }
            return [
                memory(
                    place,
                    ["relation", from, type, to],
                    "\(from) \(type) \(to)",
                    ["graph": "relation", "from": from, "to": to, "type": type]
                )
            ]
        default:
            return [.refused(place: place, reason: "it is neither an entity nor a relation")]
        }
    }

    private func memory(
        _ place: String,
        _ key: [String],
        _ text: String,
        _ metadata: [String: String]
    ) -> ForeignItem {
        let draft = MemoryDraft(
            content: text,
            type: .semantic,
            category: .knowledge,
            tags: ["graph"],
            metadata: metadata.merging(["source": Self.namespace]) { $1 }
        )
        return .memory(ForeignMemory(place: place, key: [Self.namespace] + key, draft: draft))
    }
}
