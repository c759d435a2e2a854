package import LivenessCore

/// How a database spells what is not the same everywhere, and where things stand in it.
package enum SQLDialect: Hashable, Sendable {
    /// Its tables are brought to the newest shape when the file is opened.
    case sqlite
    case mariaDB(SchemaPhase)

    /// Where what moves with this release is read and written.
    package var phase: SchemaPhase {
        switch self {
        case .sqlite: .new
        case .mariaDB(let phase): phase
        }
    }

    private var isMariaDB: Bool { self != .sqlite }

    /// Behind a query whose rows nobody else may change before this transaction ends.
    ///
    /// SQLite lets one writer in at a time.
    var keepingRows: String { isMariaDB ? " FOR UPDATE" : "" }

    /// Behind a query of the row that a fence is raised in: others may read it, and nobody may change it.
    var sharingRows: String { isMariaDB ? " LOCK IN SHARE MODE" : "" }

    /// Between two tables of a query of which the first is read first, whatever the database thinks of it.
    var joiningInOrder: String { isMariaDB ? "STRAIGHT_JOIN" : "CROSS JOIN" }

    /// The rows of a table whose key is in a list, which comes as one argument: a JSON array.
    func rows(of table: String, whose key: String) -> String {
        switch self {
        case .sqlite: "\(table) WHERE \(key) IN (SELECT value FROM json_each(?))"
        case .mariaDB:
            """
            json_table(?, '$[*]' COLUMNS (wanted BIGINT PATH '$')) AS list \
            STRAIGHT_JOIN \(Self.forcing("PRIMARY", on: table)) ON \(key) = wanted WHERE TRUE
            """
        }
    }

    /// The table, or the first of several, found by that key and no other way: while it counts as small (its statistics are
    /// seconds behind) the server would read all of it for each entry of a list.
    private static func forcing(_ index: String, on table: String) -> String {
        let name = table.prefix { $0 != " " }
        return "\(name) FORCE INDEX (\(index))\(table.dropFirst(name.count))"
    }

    /// The rows of a table of services whose names are in a list of hosts and binaries, and whose `deleted` is as said.
    func rows(of table: String, named deleted: String) -> String {
        let list = list([.text("wanted_host", longest: 255), .text("wanted_binary", longest: 255)])
        return switch self {
        case .sqlite:
            """
            \(table) WHERE (host, `binary`) IN (SELECT wanted_host, wanted_binary FROM \(list)) AND deleted \(deleted)
            """
        case .mariaDB:
            """
            \(list) STRAIGHT_JOIN \(Self.forcing("services_name", on: table)) \
            ON host = wanted_host AND `binary` = wanted_binary WHERE deleted \(deleted)
            """
        }
    }

    /// A list of rows (`RowList`), which comes as one argument, as a table named `list`.
    func list(_ columns: [ListColumn]) -> String {
        switch self {
        case .sqlite:
            "(SELECT "
                + columns.enumerated().map { "json_extract(value, '$[\($0)]') AS \($1.name)" }.joined(separator: ", ")
                + " FROM json_each(?)) AS list"
        case .mariaDB:
            "json_table(?, '$[*]' COLUMNS ("
                + columns.enumerated().map { "\($1.name) \($1.type) PATH '$[\($0)]'" }.joined(separator: ", ")
                + ")) AS list"
        }
    }

    /// Sets columns of a table to the values of a row, which begins with the `id` of the row meant: `SQLSession.update`
    /// runs it.
    func update(_ table: String, setting columns: [ListColumn]) -> String {
        switch self {
        case .sqlite:
            let changes = columns.enumerated().map { "\($1.name) = ?\($0 + 2)" }.joined(separator: ", ")
            return "UPDATE \(table) SET \(changes) WHERE id = ?1"
        case .mariaDB:
            let list = list([.integer("row_id")] + columns.map { ListColumn(name: "new_\($0.name)", type: $0.type) })
            let changes = columns.map { "\($0.name) = new_\($0.name)" }.joined(separator: ", ")
            return "UPDATE \(list) STRAIGHT_JOIN \(Self.forcing("PRIMARY", on: table)) ON id = row_id SET \(changes)"
        }
    }

    /// Behind an insertion: the row of that key is there already, and these columns of it take the new values.
    func updating(_ columns: [String], ifThereIsOneOf key: String) -> String {
        switch self {
        case .sqlite:
            "ON CONFLICT (\(key)) DO UPDATE SET " + columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        case .mariaDB:
            "ON DUPLICATE KEY UPDATE " + columns.map { "\($0) = VALUES(\($0))" }.joined(separator: ", ")
        }
    }

    /// The function that answers the greatest of its arguments.
    var greatest: String { isMariaDB ? "greatest" : "max" }

    /// An update of one row that answers the number it put into one of the columns: `SQLSession.answer` runs it.
    func update(_ table: String, answering column: String, setTo number: String, and rest: String) -> String {
        switch self {
        case .sqlite: "UPDATE \(table) SET \(column) = \(number), \(rest) RETURNING \(column)"
        case .mariaDB: "UPDATE \(table) SET \(column) = last_insert_id(\(number)), \(rest)"
        }
    }

    /// The database's own clock, in microseconds since 1970 (SQLite's has milliseconds).
    var now: String {
        switch self {
        case .sqlite:
            """
            CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
            """
        case .mariaDB: "CAST(unix_timestamp(now(6)) * 1000000 AS SIGNED)"
        }
    }
}

/// A statement in every dialect, written once: names are between backticks where a dialect has them as words of its own.
package struct SQLText: Sendable {
    private let sqlite: String
    private let both: String
    private let new: String

    package init(_ text: (SQLDialect) -> String) {
        sqlite = text(.sqlite)
        both = text(.mariaDB(.both))
        new = text(.mariaDB(.new))
    }

    package init(_ text: String) {
        self.init { _ in text }
    }

    package subscript(dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite: sqlite
        case .mariaDB(.both): both
        case .mariaDB(.new): new
        }
    }
}
