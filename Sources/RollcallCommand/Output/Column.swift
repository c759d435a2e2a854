internal import RollcallWire

/// One column of a listing: its key (that of the JSON), what it means, and where its value comes from.
struct Column<Row: Sendable>: Sendable {
    let key: String
    let meaning: CellMeaning
    let value: @Sendable (Row) -> WireValue

    init(_ key: String, _ meaning: CellMeaning = .plain, value: @escaping @Sendable (Row) -> WireValue) {
        self.key = key
        self.meaning = meaning
        self.value = value
    }

    /// The columns asked for, in that order; without a wish the default ones, or all.
    ///
    /// - Throws: `Failure` with the usage status when one is asked for that there is not.
    static func choose(_ wished: [String], from all: [Column], byDefault keys: [String]?) throws -> [Column] {
        // One -c may name several, separated by commas.
        let wished = wished.flatMap { $0.split(separator: ",").map(String.init) }
        let chosen = wished.isEmpty ? keys ?? all.map(\.key) : wished
        return try chosen.map { key in
            guard let column = all.first(where: { $0.key == key }) else {
                let known = all.map(\.key).joined(separator: ", ")
                throw Failure(status: Failure.usage, "there is no column '\(key)'; there are: \(known)")
            }
            return column
        }
    }
}
