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
        one.host.hasBytes(of: other.host) && one.binary.hasBytes(of: other.binary)
    }

    package func hash(into hasher: inout Hasher) {
        host.hashBytes(into: &hasher)
        binary.hashBytes(into: &hasher)
    }
}

extension String {
    /// Whether both are the same bytes.
    func hasBytes(of other: String) -> Bool {
        let (one, other) = (utf8.span.bytes, other.utf8.span.bytes)
        return one.byteCount == other.byteCount && one.equals(0, other, 0, one.byteCount)
    }

    /// As a part of something that consists of several.
    func hashBytes(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
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
