import Testing

/// One after the other: each keeps a fleet beating.
@Suite("A fleet under a real daemon", .serialized, .timeLimit(.minutes(5)))
struct FleetTests {}
