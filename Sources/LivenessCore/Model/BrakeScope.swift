/// What a brake holds: the services of one topic in one zone, or the whole fleet.
package struct BrakeScope: Sendable {
    /// `TOPIC/ZONE`, or `fleet`: names contain no slash.
    package let text: String

    package static let fleet = BrakeScope(text: "fleet")

    package init(text: String) {
        self.text = text
    }

    package init(_ profile: Profile) {
        text = "\(profile.topic)/\(profile.zone)"
    }

    /// Of the services it holds; `nil` for the fleet.
    package var topic: Substring? { text.firstIndex(of: "/").map { text[..<$0] } }
    package var zone: Substring? { text.firstIndex(of: "/").map { text[text.index(after: $0)...] } }
}

extension BrakeScope: Hashable {
    // Byte by byte, as the contract says of topics and zones; `String` compares by canonical equivalence.

    package static func == (one: BrakeScope, other: BrakeScope) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension BrakeScope: CustomStringConvertible {
    package var description: String { text }
}
