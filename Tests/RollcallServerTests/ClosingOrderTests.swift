import NIOCore
import Testing

@testable import RollcallServer

@Suite("Who is closed to make room")
struct ClosingOrderTests {
    private var order = ClosingOrder<String>(youth: .seconds(1))

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(100 + seconds) }

    private mutating func choose(at seconds: Int64) -> String? { order.choose(at: at(seconds))?.element }

    @Test("those that never completed a request come first, the oldest first; then who was answered longest ago")
    mutating func sequence() {
        let answeredLast = order.join("answered last", at: at(0))
        let answeredFirst = order.join("answered first", at: at(0))
        _ = order.join("oldest", at: at(1))
        _ = order.join("old", at: at(2))
        for place in [answeredLast, answeredFirst] {
            order.requestBegan(place)
            order.answered(place, at: at(3))
        }
        order.requestBegan(answeredLast)
        order.answered(answeredLast, at: at(4))
        #expect(order.stayingCount == 4)
        #expect(choose(at: 10) == "oldest")
        #expect(choose(at: 10) == "old")
        #expect(choose(at: 10) == "answered first")
        #expect(choose(at: 10) == "answered last")
        #expect(choose(at: 10) == nil)
        #expect(order.stayingCount == 0)
    }

    @Test("who has a request in flight is never chosen")
    mutating func busy() {
        let place = order.join("busy", at: at(0))
        order.requestBegan(place)
        #expect(choose(at: 10) == nil)
        #expect(order.busyCount == 1 && order.stayingCount == 1)
        order.answered(place, at: at(11))
        #expect(order.busyCount == 0)
        #expect(choose(at: 11) == "busy")
    }

    @Test("who has just come is not due yet, and others go in the meantime")
    mutating func youth() {
        let answered = order.join("answered", at: at(0))
        order.requestBegan(answered)
        order.answered(answered, at: at(9))
        _ = order.join("young", at: at(10))
        #expect(order.nextNewcomer?.element == "young" && order.nextNewcomer?.due == at(11))
        #expect(choose(at: 10) == "answered")
        #expect(choose(at: 10) == nil)
        #expect(choose(at: 11) == "young")
        #expect(order.nextNewcomer == nil)
    }

    @Test("who was chosen and begins a request stays")
    mutating func spared() {
        let place = order.join("spared", at: at(0))
        #expect(choose(at: 10) == "spared")
        #expect(order.isLeaving(place) && order.stayingCount == 0)
        order.requestBegan(place)
        #expect(!order.isLeaving(place) && order.stayingCount == 1)
        #expect(choose(at: 10) == nil)
    }

    @Test("the places of those who left are used again, and nobody else moves", arguments: 1...20)
    mutating func randomWalk(seed: UInt64) {
        var random = SmallRandom(state: seed)
        /// In the order in which they are to be chosen.
        var new: [String] = []
        var answered: [String] = []
        var busy: [String] = []
        var places: [String: ClosingOrder<String>.Place] = [:]
        for step in 0..<2_000 {
            let now = at(Int64(step) * 10)
            let someone = (new + answered + busy).randomElement(using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where places.count < 30:
                places["\(step)"] = order.join("\(step)", at: now)
                new.append("\(step)")
            case 1:
                guard let someone, !busy.contains(someone), let place = places[someone] else { continue }
                order.requestBegan(place)
                new.removeAll { $0 == someone }
                answered.removeAll { $0 == someone }
                busy.append(someone)
            case 2:
                guard let someone, let index = busy.firstIndex(of: someone), let place = places[someone] else {
                    continue
                }
                order.answered(place, at: now)
                answered.append(busy.remove(at: index))
            case 3:
                guard let someone, let place = places.removeValue(forKey: someone) else { continue }
                order.leave(place)
                new.removeAll { $0 == someone }
                answered.removeAll { $0 == someone }
                busy.removeAll { $0 == someone }
            case 4:
                let expected = new.first ?? answered.first
                guard let chosen = order.choose(at: now + .seconds(1)) else {
                    #expect(expected == nil)
                    continue
                }
                #expect(chosen.element == expected && places[chosen.element] == chosen.place)
                new.removeAll { $0 == chosen.element }
                answered.removeAll { $0 == chosen.element }
                places[chosen.element] = nil
                order.leave(chosen.place)
            default: break
            }
            #expect(order.busyCount == busy.count && order.stayingCount == places.count)
        }
    }
}

/// A small generator for repeatable walks.
private struct SmallRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }
}
