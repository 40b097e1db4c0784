/// Bytes that claim to be UTF-8.
enum UTF8Text {
    /// The offset of the first byte that is not part of a well-formed character, or nil.
    static func firstInvalidByte(in bytes: UnsafeRawBufferPointer) -> Int? {
        bytes.withMemoryRebound(to: UInt8.self) { bytes -> Int? in
            do throws(UTF8.ValidationError) {
                _ = try UTF8Span(validating: bytes.span)
                return nil
            } catch {
                return error.byteOffsets.lowerBound
            }
        }
    }
}
