import CMariaDB

/// A statement the server knows: only its values go over the wire.
@safe final class PreparedStatement {
    struct Outcome {
        var rows: Int
        var insertedID: Int64
    }

    private let handle: UnsafeMutablePointer<MYSQL_STMT>
    private let parameterCount: Int

    init(_ sql: String, on connection: UnsafeMutablePointer<MYSQL>) throws(MariaDBError) {
        guard let handle = unsafe mysql_stmt_init(connection) else {
            throw MariaDBError("there is no memory for a statement")
        }
        var text = sql
        let failed = text.withUTF8 { text in
            unsafe text.withMemoryRebound(to: CChar.self) {
                unsafe mysql_stmt_prepare(handle, $0.baseAddress, UInt($0.count)) != 0
            }
        }
        guard !failed else {
            let error = unsafe Self.error(of: handle)
            _ = unsafe mysql_stmt_close(handle)
            throw error
        }
        // So that the longest value of each column is known before a buffer is made for it.
        var updates: my_bool = 1
        _ = unsafe mysql_stmt_attr_set(handle, STMT_ATTR_UPDATE_MAX_LENGTH, &updates)
        parameterCount = Int(unsafe mysql_stmt_param_count(handle))
        unsafe self.handle = handle
    }

    deinit { _ = unsafe mysql_stmt_close(handle) }

    func execute(_ arguments: [MariaDBValue]) throws(MariaDBError) -> Outcome {
        guard arguments.count == parameterCount else {
            throw MariaDBError(
                number: UInt32(CR_INVALID_PARAMETER_NO),
                "the statement takes \(parameterCount) arguments and was given \(arguments.count)"
            )
        }
        let cells = ArgumentCells(arguments)
        guard unsafe mysql_stmt_bind_param(handle, cells.binds) == 0, unsafe mysql_stmt_execute(handle) == 0 else {
            throw unsafe Self.error(of: handle)
        }
        return Outcome(
            rows: Int(clamping: unsafe mysql_stmt_affected_rows(handle)),
            insertedID: Int64(clamping: unsafe mysql_stmt_insert_id(handle))
        )
    }

    // MARK: Rows

    /// Takes the whole result over and answers the place that `fetch` puts each row into.
    func storeResult() throws(MariaDBError) -> MariaDBRow {
        guard unsafe mysql_stmt_store_result(handle) == 0 else { throw unsafe Self.error(of: handle) }
        guard let metadata = unsafe mysql_stmt_result_metadata(handle) else {
            throw MariaDBError(number: UInt32(CR_INVALID_PARAMETER_NO), "the statement answers no rows")
        }
        defer { unsafe mysql_free_result(metadata) }
        let row = unsafe MariaDBRow(metadata)
        guard unsafe mysql_stmt_bind_result(handle, row.binds) == 0 else { throw unsafe Self.error(of: handle) }
        return row
    }

    /// Whether there was another row.
    func fetch() throws(MariaDBError) -> Bool {
        switch unsafe mysql_stmt_fetch(handle) {
        case 0: true
        case MYSQL_NO_DATA: false
        case MYSQL_DATA_TRUNCATED:
            throw MariaDBError(number: UInt32(CR_UNKNOWN_ERROR), "a value is longer than the server said")
        default: throw unsafe Self.error(of: handle)
        }
    }

    func freeResult() {
        _ = unsafe mysql_stmt_free_result(handle)
    }

    private static func error(of handle: UnsafeMutablePointer<MYSQL_STMT>) -> MariaDBError {
        MariaDBError(number: unsafe mysql_stmt_errno(handle), unsafe String(cString: mysql_stmt_error(handle)))
    }
}

/// The arguments of one execution where the library looks for them.
@safe private final class ArgumentCells {
    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let count: Int
    private let integers: UnsafeMutablePointer<Int64>
    private let bytes: UnsafeMutablePointer<UInt8>

    init(_ arguments: [MariaDBValue]) {
        count = arguments.count
        var size = 0
        for case .text(let text) in arguments { size += text.utf8.count }
        unsafe binds = .allocate(capacity: count)
        unsafe integers = .allocate(capacity: count)
        unsafe bytes = .allocate(capacity: size)
        var offset = 0
        for (index, argument) in arguments.enumerated() {
            var bind = unsafe MYSQL_BIND()
            switch argument {
            case .null: unsafe bind.buffer_type = MYSQL_TYPE_NULL
            case .integer(let integer):
                unsafe (integers + index).initialize(to: integer)
                unsafe bind.buffer_type = MYSQL_TYPE_LONGLONG
                unsafe bind.buffer = UnsafeMutableRawPointer(integers + index)
            case .text(let text):
                unsafe bind.buffer_type = MYSQL_TYPE_STRING
                unsafe bind.buffer = UnsafeMutableRawPointer(bytes + offset)
                for byte in text.utf8 {
                    unsafe (bytes + offset).initialize(to: byte)
                    offset += 1
                }
                unsafe bind.buffer_length = UInt(text.utf8.count)
            }
            unsafe (binds + index).initialize(to: bind)
        }
    }

    deinit {
        unsafe binds.deallocate()
        unsafe integers.deallocate()
        unsafe bytes.deallocate()
    }
}
