internal import RollcallWire

/// What a command found, before it takes the shape of a format.
struct Listing: Sendable {
    /// How many things it is about.
    enum Shape: Sendable {
        /// Any number: JSON has an array, a table a line for each.
        case many
        /// Exactly one: JSON has an object, a table a line for each of its fields.
        case one
        /// One of an endless series, its first or a later one: a line of JSON, a head only with the first.
        case series(isFirst: Bool)
    }

    let keys: [String]
    let meanings: [CellMeaning]
    let rows: [[WireValue]]
    let shape: Shape

    init<Row>(_ rows: [Row], _ columns: [Column<Row>], _ shape: Shape) {
        keys = columns.map(\.key)
        meanings = columns.map(\.meaning)
        self.rows = rows.map { row in columns.map { $0.value(row) } }
        self.shape = shape
    }
}
