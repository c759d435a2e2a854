package import LivenessCore

/// Where changes are told to, and which.
package struct Webhook: Hashable, Sendable {
    /// 1 to 48 of the characters `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`; what has been told to it is noted under it.
    package var name: String
    package var url: String
    /// What its messages are signed with, 24 to 64 bytes.
    package var secret: [UInt8]
    package var filter: Filter

    package init(name: String, url: String, secret: [UInt8], filter: Filter = Filter()) {
        self.name = name
        self.url = url
        self.secret = secret
        self.filter = filter
    }

    /// Which rows of the log are told; where a list is empty, all.
    package struct Filter: Hashable, Sendable {
        package var topics: [NamePattern]
        package var zones: [NamePattern]
        package var kinds: Set<Transition.Kind>
        /// The states that a row of kind `state` ends with.
        package var states: Set<LivenessState>

        package init(
            topics: [NamePattern] = [],
            zones: [NamePattern] = [],
            kinds: Set<Transition.Kind> = [.state],
            states: Set<LivenessState> = []
        ) {
            self.topics = topics
            self.zones = zones
            self.kinds = kinds
            self.states = states
        }

        func takes(_ row: Transition) -> Bool {
            guard kinds.contains(row.kind) else { return false }
            // What a daemon says of itself is of no topic.
            guard row.kind != .daemon else { return true }
            return Self.matches(row.topic, topics) && Self.matches(row.zone, zones) && takes(row.kind, row.to)
        }

        private func takes(_ kind: Transition.Kind, _ state: LivenessState?) -> Bool {
            guard kind == .state, !states.isEmpty, let state else { return true }
            return states.contains(state)
        }

        private static func matches(_ name: String, _ patterns: [NamePattern]) -> Bool {
            patterns.isEmpty || patterns.contains { $0.matches(ArraySlice(name.utf8)) }
        }
    }
}

/// Neither its secret nor its address, which may hold one, is for a log.
extension Webhook: CustomStringConvertible {
    package var description: String { "webhook \(name)" }
}

extension Webhook: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
