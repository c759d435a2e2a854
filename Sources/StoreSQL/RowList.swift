/// Rows that go over as one argument: a JSON array of arrays, which the database reads as a table (`SQLDialect.list`).
package enum RowList {
    package static func document(_ rows: some Sequence<[SQLValue]>) -> SQLValue {
        var text = "["
        var isFirstRow = true
        for row in rows {
            text += isFirstRow ? "[" : ",["
            isFirstRow = false
            var isFirst = true
            for value in row {
                if !isFirst { text += "," }
                isFirst = false
                switch value {
                case .null: text += "null"
                case .integer(let integer): text += String(integer)
                case .text(let string): append(string, to: &text)
                }
            }
            text += "]"
        }
        return .text(text + "]")
    }

    private static func append(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

/// A column of such a list.
struct ListColumn: Sendable {
    let name: String
    /// As MariaDB types it.
    let type: String

    static func integer(_ name: String) -> ListColumn { ListColumn(name: name, type: "BIGINT") }

    /// Compared byte by byte, as everything is.
    static func text(_ name: String, longest: Int) -> ListColumn {
        ListColumn(name: name, type: "VARCHAR(\(longest)) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
    }
}
