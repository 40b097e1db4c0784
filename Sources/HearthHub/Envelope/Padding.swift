/// Hides how long a text is, but for steps.
///
/// The steps are those of Padmé (Nikitin, Barman, Lueks, Underwood, Hubaux and Ford, "Reducing Metadata Leakage from
/// Encrypted Files and Communication with PURBs", PoPETs 2019): a length keeps only as many leading bits as its exponent
/// has digits. So a length tells some log log bits, and costs at most 12 %; powers of two tell little less and cost up to
/// twice the size. Below the floor, where most memories are, all have one length.
enum Padding {
    /// The least length, in bytes.
    static let floor = 256
    /// The bytes that the length in front takes.
    private static let prefix = 4

    /// The text behind its length, with zeros up to the next step.
    static func padded(_ text: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(counted: text)
        let length = step(from: writer.bytes.count)
        writer.append(fixed: repeatElement(0, count: length - writer.bytes.count))
        return writer.bytes
    }

    /// The text in padded bytes; nil if they are anything else.
    static func unpadded(_ bytes: [UInt8]) -> [UInt8]? {
        var reader = ByteReader(bytes)
        guard let text = try? reader.counted(), bytes.count == step(from: prefix + text.count),
            bytes[(prefix + text.count)...].allSatisfy({ $0 == 0 })
        else { return nil }
        return text
    }

    /// The least step that is not below a length.
    static func step(from length: Int) -> Int {
        guard length > floor else { return floor }
        let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
        let digits = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = (1 << (exponent - digits)) - 1
        return (length + mask) & ~mask
    }
}
