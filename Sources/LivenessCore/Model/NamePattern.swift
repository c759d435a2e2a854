/// A host or a binary, or several: `*` stands for any characters, also for none; everything else for itself, byte by byte.
package struct NamePattern: Hashable, Sendable {
    /// What stands before, between and behind the stars; one part without a star.
    private let parts: [[UInt8]]

    /// The pattern; `nil` where it is empty, longer than a name in bytes, or has what names do not have: a slash or a
    /// control character.
    package init?(_ text: String) {
        guard (1...NameRule.longestName).contains(text.utf8.count),
            !text.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 < 0x20 })
        else { return nil }
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    package func matches(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = parts.first, let last = parts.last else { return false }
        guard parts.count > 1 else { return name.elementsEqual(first) }
        guard name.count >= first.count + last.count, name.starts(with: first),
            name.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = name.dropFirst(first.count).dropLast(last.count)
        // The first place of each part leaves the most for the parts behind it.
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let place = rest.firstRange(of: part) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
