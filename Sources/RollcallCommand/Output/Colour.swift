internal import RollcallWire

/// The colours of a table, as the codes of ECMA-48 that every terminal knows.
enum Colour: String {
    case plain = ""
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"

    /// The colour of a value that means a state.
    init(_ value: WireValue, _ meaning: CellMeaning) {
        guard case .state = meaning, case .string(let word) = value else {
            self = .plain
            return
        }
        switch word {
        case WireState.up.rawValue: self = .green
        case WireState.down.rawValue: self = .red
        case WireState.unknown.rawValue, WireStatus.disabled.rawValue: self = .yellow
        default: self = .plain
        }
    }

    func around(_ text: String, _ console: Console) -> String {
        guard console.isColoured, self != .plain, !text.isEmpty else { return text }
        return "\u{1B}[\(rawValue)m\(text)\u{1B}[0m"
    }
}
