internal import CSQLite

/// An open file of ``FaultyFileSystem``: SQLite's handle, followed in memory by the real one.
struct WatchedFile {
    /// What SQLite sees; it comes first.
    var handle: sqlite3_file
    var disk: Unmanaged<FaultyDisk>?
    /// The file's path, which SQLite keeps for as long as the file is open; nil for a temporary file.
    var name: UnsafePointer<CChar>?

    static func open(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>,
        _ name: UnsafePointer<CChar>?,
        _ file: UnsafeMutablePointer<sqlite3_file>,
        _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        file.pointee.pMethods = nil
        let code = vfs.pointee.xOpen(vfs, name, real(file), flags, outFlags)
        guard code == SQLITE_OK else { return code }
        let watched = UnsafeMutableRawPointer(file).assumingMemoryBound(to: WatchedFile.self)
        let disk = name.flatMap { FaultyFileSystem.disk(of: String(cString: $0)) }
        watched.initialize(
            to: WatchedFile(handle: sqlite3_file(pMethods: methods), disk: disk.map(Unmanaged.passRetained), name: name)
        )
        return SQLITE_OK
    }

    /// The real file system's handle.
    private static func real(_ file: UnsafeMutablePointer<sqlite3_file>?) -> UnsafeMutablePointer<sqlite3_file> {
        UnsafeMutableRawPointer(file!).advanced(by: MemoryLayout<WatchedFile>.stride)
            .assumingMemoryBound(to: sqlite3_file.self)
    }

    /// Counts a step of a file's disk.
    private static func step(
        _ file: UnsafeMutablePointer<sqlite3_file>?,
        _ code: Int32,
        _ change: (inout FaultyDisk.State, String) -> Void
    ) -> Int32 {
        let watched = UnsafeMutableRawPointer(file!).assumingMemoryBound(to: WatchedFile.self)
        guard let disk = watched.pointee.disk?.takeUnretainedValue(), let name = watched.pointee.name else {
            return SQLITE_OK
        }
        return disk.step(code) { change(&$0, String(cString: name)) }
    }

    private nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        // Version 2 has shared memory; version 3 would be memory-mapped files, which would bypass us.
        methods.pointee.iVersion = 2
        methods.pointee.xClose = { file in
            let watched = UnsafeMutableRawPointer(file!).assumingMemoryBound(to: WatchedFile.self)
            watched.pointee.disk?.release()
            return real(file).pointee.pMethods.pointee.xClose(real(file))
        }
        methods.pointee.xRead = { real($0).pointee.pMethods.pointee.xRead(real($0), $1, $2, $3) }
        methods.pointee.xWrite = { file, bytes, count, offset in
            let code = step(file, SQLITE_IOERR | 3 << 8) { state, name in
                state.current[name, default: []]
                    .overwrite(
                        at: Int(offset),
                        with: UnsafeRawBufferPointer(start: bytes, count: Int(count))
                    )
            }
            guard code == SQLITE_OK else { return code }
            return real(file).pointee.pMethods.pointee.xWrite(real(file), bytes, count, offset)
        }
        methods.pointee.xTruncate = { file, size in
            let code = step(file, SQLITE_IOERR | 6 << 8) { state, name in
                let bytes = state.current[name, default: []]
                state.current[name] = Array(bytes.prefix(Int(size)))
            }
            guard code == SQLITE_OK else { return code }
            return real(file).pointee.pMethods.pointee.xTruncate(real(file), size)
        }
        methods.pointee.xSync = { file, flags in
            let watched = UnsafeMutableRawPointer(file!).assumingMemoryBound(to: WatchedFile.self)
            guard watched.pointee.disk != nil else {
                return real(file).pointee.pMethods.pointee.xSync(real(file), flags)
            }
            return step(file, SQLITE_IOERR | 4 << 8) { state, name in
                state.synced[name] = state.current[name, default: []]
            }
        }
        methods.pointee.xFileSize = { real($0).pointee.pMethods.pointee.xFileSize(real($0), $1) }
        methods.pointee.xLock = { real($0).pointee.pMethods.pointee.xLock(real($0), $1) }
        methods.pointee.xUnlock = { real($0).pointee.pMethods.pointee.xUnlock(real($0), $1) }
        methods.pointee.xCheckReservedLock = { real($0).pointee.pMethods.pointee.xCheckReservedLock(real($0), $1) }
        methods.pointee.xFileControl = { real($0).pointee.pMethods.pointee.xFileControl(real($0), $1, $2) }
        methods.pointee.xSectorSize = { real($0).pointee.pMethods.pointee.xSectorSize(real($0)) }
        methods.pointee.xDeviceCharacteristics = {
            real($0).pointee.pMethods.pointee.xDeviceCharacteristics(real($0))
        }
        methods.pointee.xShmMap = { real($0).pointee.pMethods.pointee.xShmMap(real($0), $1, $2, $3, $4) }
        methods.pointee.xShmLock = { real($0).pointee.pMethods.pointee.xShmLock(real($0), $1, $2, $3) }
        methods.pointee.xShmBarrier = { real($0).pointee.pMethods.pointee.xShmBarrier(real($0)) }
        methods.pointee.xShmUnmap = { real($0).pointee.pMethods.pointee.xShmUnmap(real($0), $1) }
        return UnsafePointer(methods)
    }()
}

extension [UInt8] {
    /// Writes bytes at an offset, with zeros in a gap before it, as a file does.
    fileprivate mutating func overwrite(at offset: Int, with bytes: UnsafeRawBufferPointer) {
        if count < offset + bytes.count {
            append(contentsOf: [UInt8](repeating: 0, count: offset + bytes.count - count))
        }
        withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[offset...]).copyMemory(from: bytes) }
    }
}
