/// What one of several parts of a back end shows that answer each for themselves, such as servers.
package struct BackendPart: Sendable {
    /// For people.
    package var name: String
    /// How far each of the other daemons has flushed there, by its id; nil when the part did not answer.
    package var counts: [String: Int64]?

    package init(name: String, counts: [String: Int64]?) {
        self.name = name
        self.counts = counts
    }
}

/// In which part of the back end each service is, by its dense number.
package struct PartTable: Sendable {
    /// It is in several parts: it is seen when all of them are.
    package static let several = UInt8.max
    /// Parts are numbered from 0.
    package static let mostParts = 255

    private var parts: [UInt8] = []

    package init() {}

    package mutating func set(_ service: UInt32, _ part: UInt8) {
        while parts.count <= Int(service) { parts.append(Self.several) }
        parts[Int(service)] = part
    }

    /// `several` also for one that nothing is known of.
    package func part(of service: UInt32) -> UInt8 {
        Int(service) < parts.count ? parts[Int(service)] : Self.several
    }
}
