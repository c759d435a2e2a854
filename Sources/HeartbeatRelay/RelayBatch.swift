import RollcallWire

/// Heartbeats of several reporters that go to a daemon in one call.
struct RelayBatch: Hashable, Sendable {
    private static let head = Array(#"{"heartbeats":["#.utf8)
    private static let tail = Array("]}".utf8)
    private static let durableTail = Array(#"],"durable":true}"#.utf8)
    /// More than stands around the heartbeats.
    static let envelope = 64

    let id: Int
    /// At least one; all want the same of a flush.
    let calls: [RelayedCall]

    var isDurable: Bool { calls.first?.isDurable ?? false }

    /// The document that is sent.
    var body: [UInt8] {
        var body = Self.head
        body.reserveCapacity(calls.reduce(Self.envelope) { $0 + $1.bytes.count + 1 })
        for (position, call) in calls.enumerated() {
            if position > 0 { body.append(UInt8(ascii: ",")) }
            body += call.bytes
        }
        return body + (isDurable ? Self.durableTail : Self.tail)
    }

    /// Gives each reporter what is its own in a daemon's answer.
    ///
    /// An entry for a position that was not sent is nobody's.
    ///
    /// - Parameter reply: The answer to the whole of it.
    /// - Returns: One share for each call, in their order.
    func shares(of reply: RelayReply) -> [RelayShare] {
        var starts: [Int] = []
        var end = 0
        for call in calls {
            starts.append(end)
            end += call.count
        }
        var shares = Array(repeating: RelayShare(), count: calls.count)
        for entry in reply.services {
            guard let (call, position) = Self.place(of: entry, starts, end) else { continue }
            shares[call].services.append(entry.at(position))
        }
        for entry in reply.rejected {
            guard let (call, position) = Self.place(of: entry, starts, end) else { continue }
            shares[call].rejected.append(entry.at(position))
        }
        return shares
    }

    /// The call that an entry belongs to, and its position there.
    private static func place(of entry: WireValue, _ starts: [Int], _ end: Int) -> (call: Int, position: Int)? {
        guard let position = entry.position, (0..<end).contains(position) else { return nil }
        // The last that begins there or before: one without heartbeats is never sent.
        var range = starts.indices
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range = starts[middle] <= position ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.first.map { ($0, position - starts[$0]) }
    }
}
