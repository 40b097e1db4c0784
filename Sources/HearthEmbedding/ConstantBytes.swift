internal import CEmbeddingData

/// Values that live as long as the process and never change: part of the program's own image.
struct ConstantArray<Element: BitwiseCopyable>: Sendable {
    // Any thread may read through it: nothing ever writes to these bytes or takes them away.
    nonisolated(unsafe) let elements: UnsafeBufferPointer<Element>

    var count: Int { elements.count }

    subscript(index: Int) -> Element { elements[index] }
}

/// Reads the values of a file that was compiled into the program, one after the other.
///
/// Such files are little endian, as is every machine that Swift runs on, and begin at a multiple of 64 bytes. They are
/// checked by tests, not when they are read: a damaged one would be a damaged program.
struct ConstantReader {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: hearth_bytes) {
        rest = UnsafeRawBufferPointer(start: bytes.start, count: bytes.count)
    }

    /// Reads bytes that the caller promises never to change or free.
    init(unchanging bytes: UnsafeRawBufferPointer) {
        rest = bytes
    }

    mutating func readUInt32() -> Int {
        Int(readArray(of: UInt32.self, count: 1)[0])
    }

    mutating func readArray<Element>(of type: Element.Type, count: Int) -> ConstantArray<Element> {
        let size = count * MemoryLayout<Element>.stride
        let elements = UnsafeRawBufferPointer(rebasing: rest[..<size]).bindMemory(to: type)
        rest = UnsafeRawBufferPointer(rebasing: rest[size...])
        return ConstantArray(elements: elements)
    }

    mutating func readRest<Element>(of type: Element.Type) -> ConstantArray<Element> {
        readArray(of: type, count: rest.count / MemoryLayout<Element>.stride)
    }
}
