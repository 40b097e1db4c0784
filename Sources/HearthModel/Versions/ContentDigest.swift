import Crypto
import Foundation

/// SHA-256 of contents.
package enum ContentDigest {
    /// Of the very bytes: what a version's id covers.
    package static func exact(_ content: String) -> [UInt8] {
        var content = content
        return content.withUTF8 { Array(SHA256.hash(data: UnsafeRawBufferPointer($0))) }
    }

    /// Of the content in Unicode normalisation form C.
    package static func canonical(_ content: String) -> [UInt8] {
        canonical(content, exact: exact(content))
    }

    /// Of the content in Unicode normalisation form C, so that the same text typed on two systems has one checksum.
    package static func canonical(_ content: String, exact: [UInt8]) -> [UInt8] {
        // ASCII is its own normal form.
        if content.utf8.allSatisfy({ $0 < 0x80 }) { return exact }
        return Self.exact(content.precomposedStringWithCanonicalMapping)
    }
}
