import GRDB
import LivenessCore

/// A row as it was stored, read without trusting it.
///
/// A number out of range is brought into range; a word that this release does not know gets a meaning where there is
/// a safe one (a newer release may have written it), and otherwise the error names the row.
struct StoredRow {
    /// The largest count or token read back: 2^53 - 1, so that one more never overflows.
    static let largestCount: Int64 = (1 << 53) - 1

    let row: Row
    let table: StaticString

    init(_ row: Row, of table: StaticString) {
        self.row = row
        self.table = table
    }

    func integer(_ index: Int) throws -> Int64 {
        try row.decode(Int64?.self, atIndex: index) ?? 0
    }

    func count(_ index: Int) throws -> Int64 {
        min(max(try integer(index), 0), Self.largestCount)
    }

    func small(_ index: Int) throws -> Int32 {
        Int32(clamping: max(try integer(index), 0))
    }

    func flag(_ index: Int) throws -> Bool {
        try integer(index) != 0
    }

    func time(_ index: Int) throws -> Timestamp? {
        try row.decode(Int64?.self, atIndex: index).map(Timestamp.init(microseconds:))
    }

    func sequence(_ index: Int) throws -> UInt64? {
        try row.decode(Int64?.self, atIndex: index).map { UInt64(clamping: $0) }
    }

    /// An interval in microseconds, between nothing and the longest the contract allows (1 h).
    func interval(_ index: Int) throws -> Duration {
        .microseconds(min(max(try integer(index), 0), 3_600_000_000))
    }

    func optionalText(_ index: Int) throws -> String? {
        try row.decode(String?.self, atIndex: index)
    }

    func text(_ index: Int) throws -> String {
        try optionalText(index) ?? ""
    }

    func uuid(_ index: Int, row number: Int64) throws -> ServiceUUID {
        let text = try text(index)
        guard let uuid = ServiceUUID(text) else {
            throw StoreError(.corrupt, "\(table) row \(number): \"\(text.prefix(64))\" is no UUID")
        }
        return uuid
    }
}

extension Timestamp {
    var stored: DatabaseValue { microseconds.databaseValue }
}

extension Timestamp? {
    var stored: DatabaseValue { self?.microseconds.databaseValue ?? .null }
}

extension Duration {
    var stored: DatabaseValue { (clampedNanoseconds / 1_000).databaseValue }
}

extension UInt64? {
    var stored: DatabaseValue { map { Int64(clamping: $0).databaseValue } ?? .null }
}

extension String? {
    var stored: DatabaseValue { self?.databaseValue ?? .null }
}
