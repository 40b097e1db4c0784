import HearthMemory
import HearthText

/// The memory as a directory of files, with the commands of Anthropic's memory tool and the words with which its own class answers.
enum FileTools {
    static let all: [Tool] = [view, create, replace, insert, delete, rename]

    private static let path = Tool.Argument(
        name: "path",
        kind: .string,
        isRequired: true,
        aliases: ["file", "file_path", "filename"]
    )
    private static let result = [Tool.Field(name: "text", kind: .string)]

    private static let view = Tool(
        name: "view",
        description: "Show the files under /memories, or a file with line numbers. Do so before anything else.",
        arguments: [
            path,
            Tool.Argument(name: "view_range", kind: .list(.integer), description: "first and last line; -1 is the end"),
        ],
        results: result,
        effect: .reads
    ) { call in
        let path = try FilePath(call.arguments.text("path"))
        let readable = try await FileStore(memory: call.memory).readableFiles()
        let files = readable.value
        if let file = files.first(where: { $0.path == path }) {
            let range = call.arguments["view_range"]?.array?.compactMap(\.integer)
            return ["text": .string(FileText.numbered(file.memory.content, at: path, range))]
        }
        guard path.isRoot || files.contains(where: { $0.path.isInside(path) }) else {
            throw ToolFailure("The path \(path.text) does not exist. Please provide a valid path.")
        }
        return readable.map { ["text": .string(FileText.listing(of: path, $0))] }.result
    }

    private static let create = Tool(
        name: "create",
        description: "Make a new file. Not for one that exists: str_replace and insert edit it.",
        arguments: [
            path,
            Tool.Argument(
                name: "file_text",
                kind: .string,
                isRequired: true,
                aliases: ["content", "text", "contents"]
            ),
        ],
        results: result,
        effect: .adds
    ) { call in
        let path = try FilePath(call.arguments.text("path"))
        return try await call.memory.turns.take {
            try await FileStore(memory: call.memory).create(path, call.arguments.text("file_text"), call.provenance)
            return ["text": .string("File created successfully at: \(path.text)")]
        }
    }

    private static let replace = Tool(
        name: "str_replace",
        description: "Replace a passage of a file that stands there exactly once.",
        arguments: [
            path,
            Tool.Argument(name: "old_str", kind: .string, isRequired: true, aliases: ["old_text", "old_string"]),
            Tool.Argument(name: "new_str", kind: .string, aliases: ["new_text", "new_string"], mayBeBlank: true),
        ],
        results: result,
        effect: .replaces
    ) { call in
        let path = try FilePath(call.arguments.text("path"))
        let (old, new) = (call.arguments.text("old_str"), call.arguments.string("new_str") ?? "")
        let edit = try await FileStore(memory: call.memory)
            .edit(path, call.provenance) { content in
                try FileText.replacing(old, by: new, in: content, at: path)
            }
        return ["text": .string(FileText.around(edit))]
    }

    private static let insert = Tool(
        name: "insert",
        description: "Insert lines into a file behind a line; 0 is the beginning.",
        arguments: [
            path, Tool.Argument(name: "insert_line", kind: .integer, isRequired: true, aliases: ["line"]),
            Tool.Argument(name: "insert_text", kind: .string, isRequired: true, aliases: ["text", "new_str"]),
        ],
        results: result,
        effect: .replaces
    ) { call in
        let path = try FilePath(call.arguments.text("path"))
        let line = call.arguments.integer("insert_line") ?? 0
        let inserted = call.arguments.text("insert_text")
        _ = try await FileStore(memory: call.memory)
            .edit(path, call.provenance) { content in
                try FileText.inserting(inserted, behind: line, in: content)
            }
        return ["text": .string("The file \(path.text) has been edited.")]
    }

    private static let delete = Tool(
        name: "delete",
        description: "Delete a file, or a directory with all that is in it.",
        arguments: [path],
        results: result,
        effect: .removes
    ) { call in
        let path = try FilePath(call.arguments.text("path"))
        guard !path.isRoot else { throw ToolFailure("Cannot delete the /memories directory itself") }
        return try await call.memory.turns.take {
            let files = try await FileStore(memory: call.memory).files()
                .filter { $0.path == path || $0.path.isInside(path) }
            guard !files.isEmpty else { throw ToolFailure("The path \(path.text) does not exist") }
            try await call.memory.delete(all: files.flatMap(\.memories))
            return ["text": .string("Successfully deleted \(path.text)")]
        }
    }

    private static let rename = Tool(
        name: "rename",
        description: "Give a file or a directory another name or place.",
        arguments: [
            Tool.Argument(name: "old_path", kind: .string, isRequired: true, aliases: ["path", "from"]),
            Tool.Argument(name: "new_path", kind: .string, isRequired: true, aliases: ["to"]),
        ],
        results: result,
        effect: .replaces
    ) { call in
        let old = try FilePath(call.arguments.text("old_path"))
        let new = try FilePath(call.arguments.text("new_path"))
        guard !old.isRoot else { throw ToolFailure("Cannot rename the /memories directory itself") }
        return try await call.memory.turns.take {
            let files = try await FileStore(memory: call.memory).files()
            let moving = files.filter { $0.path == old || $0.path.isInside(old) }
            guard !moving.isEmpty else { throw ToolFailure("The path \(old.text) does not exist") }
            guard !new.isRoot, !files.contains(where: { $0.path == new || $0.path.isInside(new) }) else {
                throw ToolFailure("The destination \(new.text) already exists")
            }
            guard !new.isInside(old), !files.contains(where: { new.isInside($0.path) }) else {
                throw ToolFailure("\(new.text) would be inside a file or inside itself.")
            }
            for file in moving {
                let target = file.path.moved(from: old, to: new).key
                for id in file.memories {
                    _ = try await call.memory.edit(id) { memory in
                        var metadata = memory.metadata
                        metadata[FileStore.pathKey] = target
                        return MemoryChange(metadata: metadata)
                    }
                }
            }
            return ["text": .string("Successfully renamed \(old.text) to \(new.text)")]
        }
    }
}
