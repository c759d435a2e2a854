/// What one daemon heard from one moment to another, of every kind: at most an hour, or longer while it could not be
/// kept.
package struct ArrivalStretch: Hashable, Sendable {
    package struct ID: Hashable, Sendable {
        package var daemon: String
        package var began: Timestamp

        package init(daemon: String, began: Timestamp) {
            self.daemon = daemon
            self.began = began
        }
    }

    package var id: ID
    package var ended: Timestamp
    package var tallies: [Arrivals.Kind: Arrivals.Tally]

    package init(daemon: String, began: Timestamp, ended: Timestamp, tallies: [Arrivals.Kind: Arrivals.Tally]) {
        id = ID(daemon: daemon, began: began)
        self.ended = ended
        self.tallies = tallies
    }
}

/// What was heard in several stretches.
package struct ArrivalSum: Hashable, Sendable {
    /// When the first of them began; nil while there is none.
    package private(set) var began: Timestamp?
    /// Who heard it, by id.
    package private(set) var daemons: Set<String> = []
    package private(set) var arrivals = Arrivals()

    package init() {}

    package mutating func add(_ id: ArrivalStretch.ID, _ kind: Arrivals.Kind, _ tally: Arrivals.Tally) {
        began = min(began ?? id.began, id.began)
        daemons.insert(id.daemon)
        arrivals.add(kind, tally)
    }

    package mutating func add(_ stretch: ArrivalStretch) {
        began = min(began ?? stretch.id.began, stretch.id.began)
        daemons.insert(stretch.id.daemon)
        for (kind, tally) in stretch.tallies { arrivals.add(kind, tally) }
    }
}
