internal import RollcallWire

/// A table for people: aligned, fitting the terminal, coloured where that is wanted, times as how long ago.
struct TableText {
    /// No column is made narrower than this: below it nothing can be read.
    private static let narrowest = 4
    private static let gap = "  "

    let console: Console

    func text(_ listing: Listing) -> String {
        switch listing.shape {
        case .one: fields(listing)
        case .many: lines(listing, isWithHead: true)
        case .series(let isFirst): lines(listing, isWithHead: isFirst)
        }
    }

    /// One line for each row.
    private func lines(_ listing: Listing, isWithHead: Bool) -> String {
        let head = listing.keys.map { $0.uppercased() }
        let cells = listing.rows.map { row in zip(row, listing.meanings).map(cell) }
        var widths = head.map(\.count)
        for row in cells {
            for (column, text) in row.enumerated() { widths[column] = max(widths[column], text.count) }
        }
        if let limit = console.width { widths = fitted(widths, to: limit) }
        var text = isWithHead ? line(head, widths, colours: head.map { _ in Colour.bold }) : ""
        for (row, values) in zip(cells, listing.rows) {
            text += line(row, widths, colours: zip(values, listing.meanings).map(Colour.init))
        }
        return text
    }

    /// One line for each field of the only row.
    private func fields(_ listing: Listing) -> String {
        let keyWidth = listing.keys.map(\.count).max() ?? 0
        let room = console.width.map { max(Self.narrowest, $0 - keyWidth - Self.gap.count) }
        var text = ""
        for row in listing.rows {
            for (index, key) in listing.keys.enumerated() {
                let meaning = listing.meanings[index]
                for (number, part) in paragraphs(row[index], meaning, room ?? .max).enumerated() {
                    let lead = number == 0 ? Colour.bold.around(padded(key, keyWidth), console) : padded("", keyWidth)
                    text += trimmed(lead + Self.gap + Colour(row[index], meaning).around(part, console)) + "\n"
                }
            }
        }
        return text
    }

    /// A field's lines; of a list of objects, one for each.
    private func paragraphs(_ value: WireValue, _ meaning: CellMeaning, _ room: Int) -> [String] {
        guard case .array(let elements) = value, !elements.isEmpty else {
            return wrapped(cell(value, meaning), to: room)
        }
        return elements.flatMap { element in
            guard case .object(let fields) = element else { return wrapped(cell(element, .plain), to: room) }
            let pairs = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(cell($0.value, .plain))" }
            return wrapped(pairs.joined(separator: " "), to: room)
        }
    }

    /// A line of cells; what does not fit goes on in further lines, so that nothing is lost.
    private func line(_ cells: [String], _ widths: [Int], colours: [Colour]) -> String {
        let parts = cells.enumerated().map { wrapped($1, to: widths[$0]) }
        let height = parts.map(\.count).max() ?? 1
        return (0..<height).map { number in
            let pieces = parts.enumerated().map { column, lines in
                let piece = number < lines.count ? lines[number] : ""
                return colours[column].around(padded(piece, widths[column]), console)
            }
            return trimmed(pieces.joined(separator: Self.gap)) + "\n"
        }.joined()
    }

    /// What a person sees of a value.
    private func cell(_ value: WireValue, _ meaning: CellMeaning) -> String {
        switch (meaning, value) {
        case (_, .null): "-"
        case (.time, .string(let text)):
            WireTime(text).map { RelativeAge.ago(microseconds: console.now() &- $0.microseconds) }
                ?? Self.printable(text)
        case (.seconds, .number(let seconds)): RelativeAge.span(seconds: seconds)
        default: Self.printable(value.bare)
        }
    }

    /// Narrows the widest columns until the line fits, or all are narrow.
    private func fitted(_ widths: [Int], to limit: Int) -> [Int] {
        var widths = widths
        var excess = widths.reduce(0, +) + Self.gap.count * max(0, widths.count - 1) - limit
        while excess > 0 {
            guard let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > Self.narrowest
            else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    /// The text in pieces of at most `width` characters, broken between words where that is possible.
    private func wrapped(_ text: String, to width: Int) -> [String] {
        guard text.count > width, width > 0 else { return [text] }
        var lines: [String] = []
        var rest = Substring(text)
        while rest.count > width {
            let piece = rest.prefix(width + 1)
            // A break in the first half would leave lines of a few letters.
            if let space = piece.lastIndex(of: " "), piece.distance(from: piece.startIndex, to: space) > width / 2 {
                lines.append(String(rest[..<space]))
                rest = rest[rest.index(after: space)...]
            } else {
                lines.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
        }
        if !rest.isEmpty { lines.append(String(rest)) }
        return lines
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    /// The text with what a terminal would act on made visible.
    static func printable(_ text: String) -> String {
        let acts: (Unicode.Scalar) -> Bool = { $0.value < 32 || (127...159).contains($0.value) }
        guard text.unicodeScalars.contains(where: acts) else { return text }
        return text.unicodeScalars.map { acts($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }
}
