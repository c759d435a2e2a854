internal import RollcallWire

/// Writes a listing in any of the formats: the one place where they differ.
struct Renderer {
    let console: Console

    /// The text, with its last line's end.
    func render(_ listing: Listing, as format: OutputFormat) -> String {
        switch format {
        case .table: TableText(console: console).text(listing)
        case .json: json(listing)
        case .csv: csv(listing)
        case .yaml: yaml(listing)
        case .value: value(listing)
        }
    }

    private func json(_ listing: Listing) -> String {
        let names = listing.keys.map { WireValue.quoted($0) + ":" }
        let objects = listing.rows.map { row in
            "{" + zip(names, row).map { $0 + $1.json }.joined(separator: ",") + "}"
        }
        return switch listing.shape {
        case .many: objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n"
        case .one, .series: objects.map { $0 + "\n" }.joined()
        }
    }

    /// RFC 4180 with a head; lines end in CRLF as it says.
    ///
    /// Nothing is written as an empty field, empty text as `""`.
    private func csv(_ listing: Listing) -> String {
        var lines = listing.rows.map { row in row.map(Self.csvField).joined(separator: ",") + "\r\n" }
        if isWithHead(listing) { lines.insert(listing.keys.joined(separator: ",") + "\r\n", at: 0) }
        return lines.joined()
    }

    private static func csvField(_ value: WireValue) -> String {
        if value == .null { return "" }
        let text = value.bare
        let isPlain = !text.isEmpty && !text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private func yaml(_ listing: Listing) -> String {
        if listing.rows.isEmpty { return "[]\n" }
        let isList = if case .one = listing.shape { false } else { true }
        return listing.rows.map { row in
            zip(listing.keys, row).enumerated().map { position, field in
                let lead = isList ? (position == 0 ? "- " : "  ") : ""
                return "\(lead)\(field.0): \(Self.yamlScalar(field.1))\n"
            }.joined()
        }.joined()
    }

    /// Plain where no reader of YAML could take it for anything but text, else in double quotes.
    ///
    /// Nested values are written as JSON, which YAML contains.
    private static func yamlScalar(_ value: WireValue) -> String {
        guard case .string(let text) = value else { return value.json }
        let reserved: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            text.utf8.first.map(isLetter) == true && !reserved.contains(text.lowercased())
            && text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || "_-./".utf8.contains($0) }
        return isPlain ? text : WireValue.quoted(text)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    /// Fields separated by spaces, without a head; nothing is written as `-`.
    private func value(_ listing: Listing) -> String {
        listing.rows.map { row in
            row.map { $0 == .null ? "-" : TableText.printable($0.bare) }.joined(separator: " ") + "\n"
        }.joined()
    }

    private func isWithHead(_ listing: Listing) -> Bool {
        if case .series(let isFirst) = listing.shape { isFirst } else { true }
    }
}
