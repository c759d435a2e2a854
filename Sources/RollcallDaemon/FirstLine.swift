import Foundation

/// The first line of a file that a setting names: a secret that need not stand among the settings.
enum FirstLine {
    struct Unreadable: Error, CustomStringConvertible {
        var key: String
        var file: String
        var cause: any Error

        var description: String { "\(key): \(file) cannot be read: \((cause as? CocoaError)?.reason ?? "\(cause)")" }
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

extension Settings {
    /// The files that other settings name and a start would read, those that cannot be read now.
    var unreadableFiles: [FirstLine.Unreadable] {
        var files: [(key: String, file: String?)] = [
            ("database.password_file", database.passwordFile), ("zookeeper.digest_file", zookeeper.digestFile),
        ]
        if case .mariaDB(let url) = database.url {
            files += [url.authorities, url.certificate, url.key].map { ("database.url", $0) }
        }
        return files.compactMap { key, file in
            guard let file else { return nil }
            do throws(FirstLine.Unreadable) {
                _ = try FirstLine.read(file, key)
                return nil
            } catch {
                return error
            }
        }
    }
}
