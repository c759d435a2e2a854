package import LivenessCore

extension BinaryInteger {
    package var stored: SQLValue { .integer(Int64(clamping: self)) }
}

extension Bool {
    package var stored: SQLValue { .integer(self ? 1 : 0) }
}

extension String {
    package var stored: SQLValue { .text(self) }
}

extension String? {
    package var stored: SQLValue { map(SQLValue.text) ?? .null }
}

extension Timestamp {
    package var stored: SQLValue { .integer(microseconds) }
}

extension Timestamp? {
    package var stored: SQLValue { self?.stored ?? .null }
}

extension Duration {
    /// In microseconds.
    package var stored: SQLValue { .integer(clampedNanoseconds / 1_000) }
}

extension UInt64? {
    package var stored: SQLValue { self?.stored ?? .null }
}

extension Int64? {
    package var stored: SQLValue { self?.stored ?? .null }
}

extension [Int64] {
    /// As a list that a query looks into (`SQLDialect.rows`).
    package var stored: SQLValue { .text("[" + map(String.init).joined(separator: ",") + "]") }
}
