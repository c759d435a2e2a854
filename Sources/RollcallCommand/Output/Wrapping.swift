/// Text in lines of a width, broken between words.
///
/// Only a word longer than a line is broken itself, behind a mark such as the dot of a host's name where it has one.
/// Nothing but the space at a break is left out.
enum Wrapping {
    /// The lines, each of at most `width` characters; one line for no text.
    static func lines(_ text: String, width: Int) -> [String] {
        guard text.count > width, width > 0 else { return [text] }
        var lines: [String] = []
        var rest = Substring(text)
        while rest.count > width {
            let piece = rest.prefix(width + 1)
            if let space = piece.lastIndex(of: " "), piece[..<space].contains(where: { $0 != " " }) {
                lines.append(String(rest[..<space]))
                rest = rest[rest.index(after: space)...]
            } else {
                let part = broken(piece.dropLast())
                lines.append(String(part))
                rest = rest[part.endIndex...]
            }
        }
        if !rest.isEmpty { lines.append(String(rest)) }
        return lines
    }

    /// The width below which a word of the text would be broken.
    static func longestWord(of text: String) -> Int {
        text.split(separator: " ").map(\.count).max() ?? 0
    }

    /// The part of a long word that stays on this line.
    private static func broken(_ piece: Substring) -> Substring {
        // A break in the first half would leave lines of a few letters.
        let half = piece.index(piece.startIndex, offsetBy: piece.count / 2)
        guard let mark = piece[half...].lastIndex(where: { ".:_-/@,=".contains($0) }) else { return piece }
        return piece[...mark]
    }
}
