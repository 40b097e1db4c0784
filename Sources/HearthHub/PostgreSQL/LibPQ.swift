internal import Glibc
internal import HearthModel

/// The functions of libpq that a hub is reached with, loaded when the first hub is opened.
///
/// They are looked up at run time, so a program that links this package starts without libpq, and there is one binary
/// for those who exchange and those who don't.
struct LibPQ: Sendable {
    /// A connection, a result, a request to cancel: what libpq alone looks into.
    typealias Handle = OpaquePointer
    typealias Text = UnsafePointer<CChar>

    let connectStartParams: @Sendable @convention(c) (UnsafePointer<Text?>, UnsafePointer<Text?>, Int32) -> Handle?
    let connectPoll: @Sendable @convention(c) (Handle) -> Int32
    let status: @Sendable @convention(c) (Handle) -> Int32
    let socket: @Sendable @convention(c) (Handle) -> Int32
    let errorMessage: @Sendable @convention(c) (Handle) -> Text?
    let finish: @Sendable @convention(c) (Handle) -> Void
    let setNonBlocking: @Sendable @convention(c) (Handle, Int32) -> Int32
    let sendQuery: @Sendable @convention(c) (Handle, Text) -> Int32
    let sendQueryParams:
        @Sendable @convention(c) (
            Handle, Text, Int32, UnsafePointer<UInt32>?, UnsafePointer<Text?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?, Int32
        ) -> Int32
    let flush: @Sendable @convention(c) (Handle) -> Int32
    let consumeInput: @Sendable @convention(c) (Handle) -> Int32
    let isBusy: @Sendable @convention(c) (Handle) -> Int32
    let getResult: @Sendable @convention(c) (Handle) -> Handle?
    let resultStatus: @Sendable @convention(c) (Handle) -> Int32
    let resultErrorField: @Sendable @convention(c) (Handle, Int32) -> Text?
    let tupleCount: @Sendable @convention(c) (Handle) -> Int32
    let columnCount: @Sendable @convention(c) (Handle) -> Int32
    let value: @Sendable @convention(c) (Handle, Int32, Int32) -> UnsafePointer<UInt8>?
    let length: @Sendable @convention(c) (Handle, Int32, Int32) -> Int32
    let clear: @Sendable @convention(c) (Handle) -> Void
    let notifies: @Sendable @convention(c) (Handle) -> UnsafeMutableRawPointer?
    let freeMemory: @Sendable @convention(c) (UnsafeMutableRawPointer?) -> Void
    let getCancel: @Sendable @convention(c) (Handle) -> Handle?
    let cancel: @Sendable @convention(c) (Handle, UnsafeMutablePointer<CChar>, Int32) -> Int32
    let freeCancel: @Sendable @convention(c) (Handle) -> Void
    let conninfoParse:
        @Sendable @convention(c) (Text, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> UnsafeRawPointer?
    let conninfoFree: @Sendable @convention(c) (UnsafeRawPointer) -> Void
    let encryptPassword: @Sendable @convention(c) (Handle, Text, Text, Text?) -> UnsafeMutablePointer<CChar>?
    let setNoticeProcessor:
        @Sendable @convention(c) (
            Handle, (@convention(c) (UnsafeMutableRawPointer?, Text?) -> Void)?, UnsafeMutableRawPointer?
        ) -> UnsafeRawPointer?
}

// MARK: - Values of libpq-fe.h

extension LibPQ {
    enum Status {
        static let ok: Int32 = 0
    }

    enum Polling {
        static let failed: Int32 = 0
        static let reading: Int32 = 1
        static let writing: Int32 = 2
        static let ok: Int32 = 3
    }

    enum ResultStatus {
        static let commandOK: Int32 = 1
        static let tuplesOK: Int32 = 2
    }

    enum Field {
        static let state = Int32(UInt8(ascii: "C"))
        static let primaryMessage = Int32(UInt8(ascii: "M"))
    }

    /// `struct _PQconninfoOption`: six pointers and an `int`, of which the keyword and the value count here.
    enum Option {
        static let stride = 56
        static let keyword = 0
        static let value = 24
    }
}

// MARK: - Loading

extension LibPQ {
    /// The name under which Debian's libpq5 has it; the number says which binary interface.
    static let libraryName = "libpq.so.5"

    /// The library of this process.
    static let shared = Result<LibPQ, MemoryError> { () throws(MemoryError) in try load(libraryName) }

    /// Loads the library; it stays loaded.
    static func load(_ name: String) throws(MemoryError) -> LibPQ {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw .hubUnavailable(
                "Hubs are reached through PostgreSQL's library \(name), which is not here. Install Debian's package libpq5: sudo apt-get install libpq5"
            )
        }
        do {
            return try LibPQ(functionsOf: library)
        } catch {
            throw .hubUnavailable(
                "The library \(name) has not the function \(error.name). Install Debian's package libpq5 of version 12 or later."
            )
        }
    }

    private struct MissingFunction: Error {
        var name: String
    }

    private init(functionsOf library: UnsafeMutableRawPointer) throws(MissingFunction) {
        func function<Function>(_ name: String) throws(MissingFunction) -> Function {
            guard let address = dlsym(library, name) else { throw MissingFunction(name: name) }
            return unsafeBitCast(address, to: Function.self)
        }
        connectStartParams = try function("PQconnectStartParams")
        connectPoll = try function("PQconnectPoll")
        status = try function("PQstatus")
        socket = try function("PQsocket")
        errorMessage = try function("PQerrorMessage")
        finish = try function("PQfinish")
        setNonBlocking = try function("PQsetnonblocking")
        sendQuery = try function("PQsendQuery")
        sendQueryParams = try function("PQsendQueryParams")
        flush = try function("PQflush")
        consumeInput = try function("PQconsumeInput")
        isBusy = try function("PQisBusy")
        getResult = try function("PQgetResult")
        resultStatus = try function("PQresultStatus")
        resultErrorField = try function("PQresultErrorField")
        tupleCount = try function("PQntuples")
        columnCount = try function("PQnfields")
        value = try function("PQgetvalue")
        length = try function("PQgetlength")
        clear = try function("PQclear")
        notifies = try function("PQnotifies")
        freeMemory = try function("PQfreemem")
        getCancel = try function("PQgetCancel")
        cancel = try function("PQcancel")
        freeCancel = try function("PQfreeCancel")
        conninfoParse = try function("PQconninfoParse")
        conninfoFree = try function("PQconninfoFree")
        encryptPassword = try function("PQencryptPasswordConn")
        setNoticeProcessor = try function("PQsetNoticeProcessor")
    }
}
