package import NIOCore
import RollcallWire

/// What one connection may cost.
package struct RequestLimits: Sendable {
    /// Bytes of a request's body.
    package var body = WireLimits.bodyBytes
    /// A head must have come whole this long after its first byte.
    package var headTime = TimeAmount.seconds(10)
    /// A body must have come whole this long after its head.
    package var bodyTime = TimeAmount.seconds(10)
    /// A reader that takes nothing for this long is cut.
    package var writeStall = TimeAmount.seconds(30)
    /// A connection without a request is closed after this long.
    package var idle = TimeAmount.seconds(60)
    /// A connection that has not asked anything yet is not closed to make room for others before it is this old: its
    /// first request may be on its way.
    package var youth = TimeAmount.milliseconds(100)
    /// After a refusal the rest of the body is read and dropped for this long, so that the client sees the refusal
    /// and not a reset connection.
    package var lingering = TimeAmount.milliseconds(500)
    /// Bytes of one header field, and of all of them with the request line.
    package var headerField = 8 << 10
    package var headerList = 32 << 10
    package var headerCount = 100

    package init() {}
}
