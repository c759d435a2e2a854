import Foundation

/// The first line of a file that a setting names: a secret that need not stand among the settings.
enum FirstLine {
    struct Unreadable: Error, CustomStringConvertible {
        var key: String
        var file: String
        var cause: any Error

        var description: String { "\(key): \(file) cannot be read: \(cause.localizedDescription)" }
    }

    static func read(_ file: String, _ key: String) throws(Unreadable) -> String {
        do {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return String(text.prefix { !$0.isNewline })
        } catch {
            throw Unreadable(key: key, file: file, cause: error)
        }
    }
}
