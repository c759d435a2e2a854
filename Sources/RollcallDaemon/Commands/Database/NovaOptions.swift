import ArgumentParser
import Foundation
import LivenessCore
import MariaDBClient
import NovaImport

/// Which databases of Nova a command looks at.
struct NovaOptions: ParsableArguments {
    @Flag(help: "Look at records that are deleted in Nova as well.")
    var withDeleted = false

    @Option(help: ArgumentHelp("How what is found is written: text or json.", valueName: "format"))
    var format = Format.text

    enum Format: String, ExpressibleByArgument {
        case text, json
    }

    /// The databases by their URLs; `cells` are others on the server of the first.
    static func databases(_ urls: [String], cells: [String] = []) throws(ValidationError) -> [NovaDatabase] {
        var databases: [NovaDatabase] = []
        for text in urls {
            guard let url = MariaDBURL(text) else {
                throw ValidationError("\(DatabaseURL.redacted(text)): expected \(MariaDBURL.expected)")
            }
            let names = cells.isEmpty ? [url.name] : cells
            for name in names {
                var server = StoreFactory.server(url)
                server.database = name
                databases.append(NovaDatabase(server, name: name))
            }
        }
        return databases
    }
}

extension Timestamp {
    /// The time on this machine's clock.
    static var wallClock: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
}

extension NovaComparison {
    /// What stands in the way, and what is different: a line each.
    var findings: [String] {
        conflicts.map { "conflict: \($0.name.shown) is in \($0.holders.joined(separator: " and in "))" }
            + unreadable.map { "unreadable: \($0)" }
            + replacements.map { "replaced: \($0.there.name.shown) has another identity there by now" }
            + differences.map { "differs: \($0.there.name.shown): \($0.fields.joined(separator: ", "))" }
    }

    /// The same for programs.
    func json(written: Int? = nil) throws -> String {
        struct Name: Encodable {
            var host: String
            var binary: String
            var fields: [String]?

            init(_ name: ServiceName, _ fields: [String]? = nil) {
                host = name.host
                binary = name.binary
                self.fields = fields
            }
        }
        struct Report: Encodable {
            var lookedAt: Int
            var equal: Int
            var written: Int?
            var missing: [Name]
            var differing: [Name]
            var conflicts: [Name]
            var orphans: [Name]
            var replaced: [Name]
            var unreadable: [String]
        }
        let report = Report(
            lookedAt: total,
            equal: equal,
            written: written,
            missing: missing.map { Name($0.name) },
            differing: differences.map { Name($0.there.name, $0.fields) },
            conflicts: conflicts.map { Name($0.name) },
            orphans: orphans.map { Name($0.name) },
            replaced: replacements.map { Name($0.there.name) },
            unreadable: unreadable
        )
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }
}

extension ServiceName {
    var shown: String { "\(host) \(binary)" }
}
