/// The formats of the command line's output.
///
/// All carry the same content.
enum OutputFormat: String, CaseIterable, Sendable {
    case table
    case json
    case csv
    case yaml
    case value
}
