import Crypto
import Glibc

extension [UInt8] {
    /// Overwrites the bytes where they are; the compiler leaves this be though nobody reads them again.
    mutating func wipe() {
        withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            explicit_bzero(start, bytes.count)
        }
    }
}

extension SymmetricKey {
    /// A key of bytes that are wiped; the key wipes its own.
    init(wiping bytes: inout [UInt8]) {
        self.init(data: bytes)
        bytes.wipe()
    }
}
