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
        line?.removeLeadingMarks()
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
        guard let object = value.object, let kind = value["type"]?.string else {
            return [.refused(place: place, reason: "it is neither an entity nor a relation")]
        }
        switch kind {
        case "entity":
            guard let name = value.text("name") else {
                return [.refused(place: place, reason: "the entity has no name")]
            }
            let type = value["entityType"]?.string ?? ""
            let entity = memory(
                place,
                ["entity", name],
                "\(name) is of the type \(type).",
                ["graph": "entity", "entity": name, "type": type],
                rest: object,
                except: ["type", "name", "entityType", "observations"]
            )
            guard let observations = value["observations"] else { return [entity] }
            return [entity] + (observations.array ?? [observations]).map { observation($0, of: name, place) }
        case "relation":
            guard let from = value.text("from") ?? value.text("source"),
                let to = value.text("to") ?? value.text("target"), let type = value.text("relationType")
            else {
                return [.refused(place: place, reason: "the relation lacks from, to or relationType")]
            }
            var known: Set = ["type", "from", "to", "relationType"]
            for (name, end) in [("source", from), ("target", to)] where value[name]?.string == end {
                known.insert(name)
            }
            return [
                memory(
                    place,
                    ["relation", from, type, to],
                    "\(from) \(type) \(to)",
                    ["graph": "relation", "from": from, "to": to, "type": type],
                    rest: object,
                    except: known
                )
            ]
        // Other programs write lines of their own between: a mark of the file, for one.
        default: return [.left(.lines, count: 1)]
        }
    }

    /// Observations are texts; other programs than the reference server write objects with a text and a time.
    private func observation(_ value: JSONValue, of entity: String, _ place: String) -> ForeignItem {
        let key = Self.textKeys.first { value[$0]?.string != nil }
        guard let text = key.flatMap({ value[$0]?.string }) ?? value.metadataText, !text.isEmpty else {
            return .left(.empty, count: 1)
        }
        return memory(
            place,
            ["observation", entity, text],
            text,
            ["graph": "observation", "entity": entity],
            rest: key == nil ? nil : value.object,
            except: key.map { [$0] } ?? []
        )
    }

    private static let textKeys = ["content", "text", "observation"]
    /// What may say when something was noted.
    private static let times = ["createdAt", "created_at", "timestamp"]

    /// - Parameters:
    ///   - own: The metadata that the graph is put together from again.
    ///   - rest: What else the file says of it.
    private func memory(
        _ place: String,
        _ key: [String],
        _ text: String,
        _ own: [String: String],
        rest: JSONObject?,
        except known: Set<String>
    ) -> ForeignItem {
        var metadata: [String: String] = [:]
        metadata.note(rest, except: known)
        for (key, value) in own { metadata.set(key, value) }
        metadata.set("source", Self.namespace)
        let draft = MemoryDraft(
            content: text,
            type: .semantic,
            category: .knowledge,
            tags: ["graph"],
            metadata: metadata,
            createdAt: Self.times.lazy.compactMap { ForeignTime.date(rest?[$0]) }.first
        )
        return .memory(ForeignMemory(place: place, key: [Self.namespace] + key, draft: draft))
    }
}
