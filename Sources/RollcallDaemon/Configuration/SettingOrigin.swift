/// Where a value comes from.
package enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case flag(String)
    case environment(variable: String)
    case file(String, line: Int)
    case `default`

    /// The line in the file; 0 for what is in none.
    var line: Int {
        guard case .file(_, let line) = self else { return 0 }
        return line
    }

    package var description: String {
        switch self {
        case .flag(let flag): "flag \(flag)"
        case .environment(let variable): "environment \(variable)"
        case .file(let file, let line): "\(file):\(line)"
        case .default: "default"
        }
    }
}
