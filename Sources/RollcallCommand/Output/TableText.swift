internal import RollcallWire

/// A table for people: aligned, fitting the terminal, coloured where that is wanted, times as how long ago.
struct TableText {
    /// No column is made narrower than this: below it nothing can be read.
    private static let narrowest = 4
    private static let gap = "  "

    let console: Console

    func text(_ listing: Listing) -> String {
        switch listing.shape {
        case .one: blocks(listing)
        case .many: lines(listing, isWithHead: true)
        case .series(let isFirst): lines(listing, isWithHead: isFirst)
        }
    }

    /// One line for each row; a block for each, where there are more columns than the terminal has room for.
    private func lines(_ listing: Listing, isWithHead: Bool) -> String {
        let head = listing.keys.map { $0.uppercased() }
        let cells = listing.rows.map { row in zip(row, listing.meanings).map(cell) }
        let columns = head.indices.map { column in [head[column]] + cells.map { $0[column] } }
        guard let widths = fitted(columns, to: console.width) else { return blocks(listing) }
        var text = isWithHead ? line(head, widths, colours: head.map { _ in Colour.bold }) : ""
        for (row, values) in zip(cells, listing.rows) {
            text += line(row, widths, colours: zip(values, listing.meanings).map(Colour.init))
        }
        return text
    }

    /// One line for each field of each row.
    private func blocks(_ listing: Listing) -> String {
        let keyWidth = listing.keys.map(\.count).max() ?? 0
        let room = console.width.map { max(Self.narrowest, $0 - keyWidth - Self.gap.count) }
        var text = ""
        for (number, row) in listing.rows.enumerated() {
            if number > 0 { text += "\n" }
            for (index, key) in listing.keys.enumerated() {
                let meaning = listing.meanings[index]
                for (number, part) in paragraphs(row[index], meaning, room ?? .max).enumerated() {
                    let lead = padded(number == 0 ? key : "", keyWidth, .bold)
                    text += trimmed(lead + Self.gap + Colour(row[index], meaning).around(part, console)) + "\n"
                }
            }
        }
        return text
    }

    /// A field's lines; of a list of objects, one for each.
    private func paragraphs(_ value: WireValue, _ meaning: CellMeaning, _ room: Int) -> [String] {
        guard case .array(let elements) = value, !elements.isEmpty else {
            return Wrapping.lines(cell(value, meaning), width: room)
        }
        return elements.flatMap { element in
            guard case .object(let fields) = element else { return Wrapping.lines(cell(element, .plain), width: room) }
            let pairs = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(cell($0.value, .plain))" }
            return Wrapping.lines(pairs.joined(separator: " "), width: room)
        }
    }

    /// A line of cells; what does not fit goes on in further lines, so that nothing is lost.
    private func line(_ cells: [String], _ widths: [Int], colours: [Colour]) -> String {
        let parts = cells.enumerated().map { Wrapping.lines($1, width: widths[$0]) }
        let height = parts.map(\.count).max() ?? 1
        return (0..<height).map { number in
            let pieces = parts.enumerated().map { column, lines in
                padded(number < lines.count ? lines[number] : "", widths[column], colours[column])
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

    /// The widths of columns with these texts; nil when they do not fit.
    ///
    /// The widest are narrowed first, to their longest words; only when that is not enough are words broken.
    private func fitted(_ columns: [[String]], to limit: Int?) -> [Int]? {
        var widths = columns.map { $0.map(\.count).max() ?? 0 }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap.count * max(0, widths.count - 1) - limit
        let words = columns.map { max(Self.narrowest, $0.map(Wrapping.longestWord).max() ?? 0) }
        for least in [words, columns.map { _ in Self.narrowest }] {
            while excess > 0 {
                let wide = widths.indices.filter { widths[$0] > least[$0] }
                guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { break }
                widths[widest] -= 1
                excess -= 1
            }
        }
        return excess > 0 ? nil : widths
    }

    private func padded(_ text: String, _ width: Int, _ colour: Colour) -> String {
        colour.around(text, console) + String(repeating: " ", count: max(0, width - text.count))
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
