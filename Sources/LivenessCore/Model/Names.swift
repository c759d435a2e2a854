/// What identifies a service: its host and its binary, compared byte by byte.
package struct ServiceName: Hashable, Sendable {
    package var host: String
    package var binary: String

    package init(host: String, binary: String) {
        self.host = host
        self.binary = binary
    }

    // Swift's own comparison of strings follows Unicode and takes two spellings of one letter for equal; a database
    // and the contract compare bytes.

    package static func == (one: ServiceName, other: ServiceName) -> Bool {
        one.host.utf8.elementsEqual(other.host.utf8) && one.binary.utf8.elementsEqual(other.binary.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for var part in [host, binary] {
            part.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(UInt8(0xFF))
        }
    }
}

/// The lengths and defaults of names, as the contract fixes them.
package enum NameRule {
    /// Bytes at most in a host, binary, topic or zone.
    package static let longestName = 255
    /// Bytes at most in a worker's name.
    package static let longestWorker = 64
    /// Characters at most in an incarnation, of `[A-Za-z0-9._-]`.
    package static let longestIncarnation = 64
    /// The largest sequence: 2^53 - 1, the largest integer every JSON reader holds exactly.
    package static let largestSequence: UInt64 = (1 << 53) - 1

    /// The topic of a service whose heartbeat names none: its binary without a leading `nova-`.
    package static func defaultTopic(binary: String) -> String {
        let prefix = "nova-"
        return binary.hasPrefix(prefix) && binary.utf8.count > prefix.utf8.count
            ? String(binary.dropFirst(prefix.count)) : binary
    }

    /// The zone of a service whose heartbeat names none: `nova` for compute services, `internal` for all others.
    package static func defaultZone(topic: String) -> String {
        topic == "compute" ? "nova" : "internal"
    }
}
