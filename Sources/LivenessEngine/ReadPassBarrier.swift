/// Tells when what had arrived has been read.
///
/// A service may only be called down when no heartbeat of it waits unread in a socket: the server's event loops
/// implement this.
package protocol ReadPassBarrier: Sendable {
    /// Returns when every event loop has finished a read pass that began after this call, and what was read whole has
    /// been applied.
    ///
    /// False when that took too long and something may still wait unread: then nobody may be called down by it.
    @discardableResult
    func pass() async -> Bool
}

/// For engines without a server: there is nothing to read.
package struct NoReadPass: ReadPassBarrier {
    package init() {}

    package func pass() async -> Bool { true }
}
