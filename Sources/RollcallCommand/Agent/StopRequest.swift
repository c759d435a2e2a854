/// A signal that asks the agent to stop.
struct StopRequest: Hashable, Sendable {
    let signal: Int32
    /// Whether a terminal sent it (Ctrl-C), to its whole foreground process group at once.
    let isFromTerminal: Bool
}
