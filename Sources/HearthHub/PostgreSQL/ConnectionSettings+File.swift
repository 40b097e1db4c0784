internal import HearthKeys
internal import HearthModel

extension ConnectionSettings {
    /// More than any connection string has, in bytes.
    private static let limit = 64 << 10

    /// Reads a connection string from a file that nobody but its owner may read.
    ///
    /// - Throws: `.keyUnavailable` if there is none or others may read it; `.invalidArgument` if it says something else.
    package init(file path: String) throws {
        let file = PrivateFile(path: path, kind: "hub file")
        guard let bytes = try file.bytes(upTo: Self.limit) else { throw file.refusal("is not there.") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw file.refusal("is not text.") }
        try self.init(text)
    }
}
