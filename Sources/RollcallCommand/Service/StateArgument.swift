internal import ArgumentParser
internal import RollcallWire

/// A state as people name it.
struct StateArgument: ExpressibleByArgument {
    let state: WireState

    init?(argument: String) {
        let known = [WireState.up, .down, .unknown]
        guard let state = known.first(where: { $0.rawValue == argument }) else { return nil }
        self.state = state
    }
}
