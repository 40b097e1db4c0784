/// The short number that stands for a user in front of every indexed term.
package struct UserKey: Hashable, Sendable {
    /// The number.
    let rawValue: Int64

    /// The number in base 36, lower case, and a colon.
    let prefix: [UInt8]

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
        prefix = Array(String(UInt64(bitPattern: rawValue), radix: 36).utf8) + [UInt8(ascii: ":")]
    }
}
