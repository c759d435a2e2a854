/// What of a record is shown in lists and changes only with the record.
package struct Card: Sendable {
    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        package static let disabled = Flags(rawValue: 1 << 0)
        /// More about it is in `Board.extras`.
        package static let extras = Flags(rawValue: 1 << 2)
        /// Its incarnation is a canonical UUID and stands in `incarnation`.
        package static let packedIncarnation = Flags(rawValue: 1 << 3)
        /// Its incarnation is another text and stands in the extras.
        package static let textIncarnation = Flags(rawValue: 1 << 4)
        package static let imported = Flags(rawValue: 1 << 5)
    }

    package var uuid: ServiceUUID
    package var id: Int64
    package var createdAt: Timestamp
    /// `Timestamp.never` when it was never edited.
    package var updatedAt: Timestamp
    package var incarnation: ServiceUUID
    package var incarnationNumber: UInt32
    package var edit: UInt32
    package var profile: UInt32
    package var version: Int32
    /// Microseconds.
    package var interval: UInt32
    package var flags: Flags

    package var reportInterval: Duration { .microseconds(Int64(interval)) }
}

extension Timestamp {
    /// Stands for "not yet" where an optional would cost eight bytes a service.
    package static let never = Timestamp(microseconds: .min)
}

/// What only few services have.
package struct CardExtras: Hashable, Sendable {
    package var disabledReason: String?
    package var forcedDown: ForcedDown?
    package var failure: Failure?
    package var leftAt: Timestamp?
    package var incarnation: String?
    /// Its workers, where it has named ones.
    package var workers: [WorkerStanding] = []

    package init() {}

    var isEmpty: Bool { self == CardExtras() }
}

/// A worker as it is shown.
package struct WorkerStanding: Hashable, Sendable {
    package var worker: String
    package var incarnation: String?
    package var number: Int64
    package var version: Int32
    package var state: LivenessState
    /// On our clock; nil when this daemon has not heard it.
    package var lastHeard: Instant?
    package var lastSeenUp: Timestamp?
}

/// What many services have in common: where they belong.
package struct Profile: Hashable, Sendable {
    package var topic: String
    package var reportedZone: String
    package var operatorZone: String?

    package init(topic: String, reportedZone: String, operatorZone: String?) {
        self.topic = topic
        self.reportedZone = reportedZone
        self.operatorZone = operatorZone
    }

    package var zone: String { operatorZone ?? reportedZone }

    // Topics and zones are compared byte by byte, as the contract says; `String` compares by canonical equivalence.

    package static func == (one: Profile, other: Profile) -> Bool {
        one.topic.hasBytes(of: other.topic) && one.reportedZone.hasBytes(of: other.reportedZone)
            && (one.operatorZone == nil) == (other.operatorZone == nil)
            && (one.operatorZone ?? "").hasBytes(of: other.operatorZone ?? "")
    }

    package func hash(into hasher: inout Hasher) {
        topic.hashBytes(into: &hasher)
        reportedZone.hashBytes(into: &hasher)
        (operatorZone ?? "").hashBytes(into: &hasher)
    }
}
