import LivenessCore

/// A row as it was stored, read without trusting it.
///
/// A number out of range is brought into range; a word that this release does not know gets a meaning where there is
/// a safe one (a newer release may have written it), and otherwise the error names the row.
package struct StoredRow {
    private let columns: any SQLColumns
    private let table: StaticString

    init(_ columns: any SQLColumns, of table: StaticString) {
        self.columns = columns
        self.table = table
    }

    func optionalInteger(_ index: Int) throws -> Int64? {
        try columns.integer(index)
    }

    func integer(_ index: Int) throws -> Int64 {
        try columns.integer(index) ?? 0
    }

    func count(_ index: Int) throws -> Int64 {
        min(max(try integer(index), 0), StoredNumber.largestCount)
    }

    func small(_ index: Int) throws -> Int32 {
        Int32(clamping: max(try integer(index), 0))
    }

    func flag(_ index: Int) throws -> Bool {
        try integer(index) != 0
    }

    func time(_ index: Int) throws -> Timestamp? {
        try columns.integer(index).map(Timestamp.init(microseconds:))
    }

    func sequence(_ index: Int) throws -> UInt64? {
        try columns.integer(index).map { UInt64(clamping: $0) }
    }

    /// An interval in microseconds, between nothing and the longest the contract allows (1 h).
    func interval(_ index: Int) throws -> Duration {
        .microseconds(min(max(try integer(index), 0), 3_600_000_000))
    }

    func optionalText(_ index: Int) throws -> String? {
        try columns.text(index)
    }

    func text(_ index: Int) throws -> String {
        try columns.text(index) ?? ""
    }

    func uuid(_ index: Int, row number: Int64) throws -> ServiceUUID {
        let text = try text(index)
        guard let uuid = ServiceUUID(text) else {
            throw StoreError(.corrupt, "\(table) row \(number): \"\(text.prefix(64))\" is no UUID")
        }
        return uuid
    }
}

enum StoredNumber {
    /// The largest count or token read back: 2^53 - 1, so that one more never overflows.
    static let largestCount: Int64 = (1 << 53) - 1
}
