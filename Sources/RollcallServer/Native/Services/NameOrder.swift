import LivenessCore
import Synchronization

/// All services in the order of lists: by host, then by binary, byte by byte.
///
/// Kept from one question to the next: when services come or go, only the new ones are sorted, and merged into the
/// rest.
final class NameOrder: Sendable {
    private struct State {
        var membership = UInt64.max
        var order: [UInt32] = []
        /// Where the name of each number in `order` is stored; `none` for numbers that are not in it.
        var locations: [UInt32] = []
    }

    private static let none = UInt32.max

    private let state = Mutex(State())

    /// The numbers of the board's services, deleted ones among them.
    func numbers(on board: Board) -> [UInt32] {
        state.withLock { state in
            if state.membership != board.membership || state.locations.count != board.count {
                Self.update(&state, to: board)
            }
            return state.order
        }
    }

    private static func update(_ state: inout State, to board: Board) {
        var new: [UInt32] = []
        var isStale = false
        for number in 0..<board.count {
            let location = board.location(of: UInt32(number))
            if number >= state.locations.count {
                state.locations.append(none)
            }
            guard state.locations[number] != location else { continue }
            if state.locations[number] != none {
                // Another name has this number now: where the old one stood is marked by its location.
                isStale = true
            }
            new.append(UInt32(number))
        }
        if isStale {
            let replaced = Set(new)
            state.order.removeAll { replaced.contains($0) }
        }
        for number in new { state.locations[Int(number)] = board.location(of: number) }
        new.sort { precedes($0, $1, board) }
        state.order = merged(state.order, new, board)
        state.membership = board.membership
    }

    private static func precedes(_ one: UInt32, _ other: UInt32, _ board: Board) -> Bool {
        board.precedes(one, other)
    }

    private static func merged(_ old: [UInt32], _ new: [UInt32], _ board: Board) -> [UInt32] {
        guard !new.isEmpty else { return old }
        guard !old.isEmpty else { return new }
        var result: [UInt32] = []
        result.reserveCapacity(old.count + new.count)
        var position = 0
        for number in new {
            while position < old.count, !precedes(number, old[position], board) {
                result.append(old[position])
                position += 1
            }
            result.append(number)
        }
        result += old[position...]
        return result
    }
}
