/// What a cell means: how people want to see it in a table.
enum CellMeaning: Sendable {
    case plain
    /// Up, down or unknown, enabled or disabled: coloured.
    case state
    /// A time: shown as how long ago.
    case time
    /// Seconds: shown with a unit.
    case seconds
}
