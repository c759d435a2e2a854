internal import ArgumentParser
internal import RollcallWire

/// One of the three words of `unknown_as`.
struct UnknownReading: ExpressibleByArgument {
    let value: UnknownAs

    init?(argument: String) {
        value = UnknownAs(rawValue: argument)
        guard [.last, .up, .down].contains(value) else { return nil }
    }
}
