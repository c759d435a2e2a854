import CMariaDB

/// The row of a result that was fetched last: integers and texts, by the position of their column.
@safe package final class MariaDBRow {
    /// What the library says of one value.
    private struct Cell {
        var integer: Int64 = 0
        var length: UInt = 0
        var isNull: my_bool = 0
        var error: my_bool = 0
    }

    let binds: UnsafeMutablePointer<MYSQL_BIND>
    private let count: Int
    private let cells: UnsafeMutablePointer<Cell>
    private let bytes: UnsafeMutablePointer<UInt8>
    /// Where the text of a column lies in `bytes`; nil for a column of integers.
    private let offsets: [Int?]

    init(_ metadata: UnsafeMutablePointer<MYSQL_RES>) {
        let count = Int(unsafe mysql_num_fields(metadata))
        self.count = count
        var offsets: [Int?] = []
        var size = 0
        var lengths: [Int] = []
        for column in 0..<count {
            let field = unsafe mysql_fetch_field_direct(metadata, UInt32(column))
            let isInteger = unsafe field.map { unsafe Self.isInteger($0.pointee.type) } ?? false
            let length = isInteger ? 0 : unsafe Int(clamping: field?.pointee.max_length ?? 0)
            offsets.append(isInteger ? nil : size)
            lengths.append(length)
            size += length
        }
        self.offsets = offsets
        unsafe binds = .allocate(capacity: count)
        unsafe cells = .allocate(capacity: count)
        unsafe bytes = .allocate(capacity: size)
        unsafe cells.initialize(repeating: Cell(), count: count)
        for column in 0..<count {
            var bind = unsafe MYSQL_BIND()
            let cell = unsafe cells + column
            unsafe bind.is_null = unsafe cell.pointer(to: \.isNull)
            unsafe bind.length = unsafe cell.pointer(to: \.length)
            unsafe bind.error = unsafe cell.pointer(to: \.error)
            if let offset = offsets[column] {
                unsafe bind.buffer_type = MYSQL_TYPE_STRING
                unsafe bind.buffer = UnsafeMutableRawPointer(bytes + offset)
                unsafe bind.buffer_length = UInt(lengths[column])
            } else {
                unsafe bind.buffer_type = MYSQL_TYPE_LONGLONG
                unsafe bind.buffer = UnsafeMutableRawPointer(cell.pointer(to: \.integer))
            }
            unsafe (binds + column).initialize(to: bind)
        }
    }

    deinit {
        unsafe binds.deallocate()
        unsafe cells.deallocate()
        unsafe bytes.deallocate()
    }

    private static func isInteger(_ type: enum_field_types) -> Bool {
        switch type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG: true
        default: false
        }
    }

    /// nil for NULL; an error for a text that is no integer.
    package func integer(_ column: Int) throws(MariaDBError) -> Int64? {
        guard let cell = try cell(column) else { return nil }
        guard offsets[column] != nil else { return cell.integer }
        let text = text(column, cell)
        guard let integer = Int64(text) else {
            throw MariaDBError(
                number: UInt32(CR_UNSUPPORTED_PARAM_TYPE),
                "column \(column): \"\(text.prefix(64))\" is no integer"
            )
        }
        return integer
    }

    /// nil for NULL.
    package func text(_ column: Int) throws(MariaDBError) -> String? {
        guard let cell = try cell(column) else { return nil }
        return offsets[column] == nil ? String(cell.integer) : text(column, cell)
    }

    private func cell(_ column: Int) throws(MariaDBError) -> Cell? {
        guard (0..<count).contains(column) else {
            throw MariaDBError(number: UInt32(CR_INVALID_PARAMETER_NO), "the row has no column \(column)")
        }
        let cell = unsafe cells[column]
        return cell.isNull == 0 ? cell : nil
    }

    private func text(_ column: Int, _ cell: Cell) -> String {
        let start = unsafe bytes + (offsets[column] ?? 0)
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(cell.length)), as: UTF8.self)
    }
}
