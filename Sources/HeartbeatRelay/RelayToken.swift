/// What reporters prove themselves with to a relay.
///
/// Its text goes into no description.
package struct RelayToken: Hashable, Sendable {
    /// Bytes of a token: a shorter one can be guessed, a longer one is none for a daemon either.
    package static let lengths = 16...512

    private let bytes: [UInt8]

    /// The token of that text; nil for one that is too short or too long, or has a space or anything beyond ASCII.
    package init?(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
        guard Self.lengths.contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    }

    /// Whether `Authorization` names it; how long that takes says nothing of where a wrong one differs.
    func isNamed(in authorization: String?) -> Bool {
        guard let authorization else { return false }
        let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return false }
        let given = Array(words[1].utf8.prefix(Self.lengths.upperBound + 1))
        var difference: UInt8 = given.count == bytes.count ? 0 : 1
        for position in bytes.indices {
            difference |= bytes[position] ^ (position < given.count ? given[position] : 0)
        }
        return difference == 0
    }
}

extension RelayToken: CustomStringConvertible, CustomReflectable {
    package var description: String { "a token" }

    /// Nothing of the token.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
