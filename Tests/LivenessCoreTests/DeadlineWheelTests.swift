import LivenessCore
import Testing

@Suite("The deadline wheel")
struct DeadlineWheelTests {
    private let start = Instant(nanoseconds: 0)

    private func drain(_ wheel: inout DeadlineWheel, to now: Instant) -> [UInt32] {
        var came: [UInt32] = []
        while !wheel.advance(to: now, limit: 32, into: &came) {}
        return came
    }

    @Test("a whole fleet filed under one instant comes up then, each service once")
    func oneInstant() {
        var wheel = DeadlineWheel(origin: start)
        for service in 0..<UInt32(5_000) { wheel.file(service, due: start + .seconds(60)) }
        #expect(drain(&wheel, to: start + .milliseconds(59_949)).isEmpty)
        #expect(drain(&wheel, to: start + .seconds(60)).sorted() == Array(0..<5_000))
        #expect(drain(&wheel, to: start + .seconds(200)).isEmpty)
    }

    @Test("an entry that a newer one replaced, or that was withdrawn, does not come up")
    func replaced() {
        var wheel = DeadlineWheel(origin: start)
        for service in [UInt32(1), 2, 3] { wheel.file(service, due: start + .seconds(1)) }
        wheel.file(2, due: start + .seconds(2))
        wheel.withdraw(3)
        #expect(drain(&wheel, to: start + .seconds(1)) == [1])
        #expect(drain(&wheel, to: start + .seconds(3)) == [2])
    }

    @Test("a deadline further away than the wheel reaches comes up early, to be filed again")
    func farAway() {
        var wheel = DeadlineWheel(origin: start)
        wheel.file(7, due: start + .seconds(3_600))
        let early = drain(&wheel, to: start + .seconds(110))
        #expect(early == [7])
        wheel.file(7, due: start + .seconds(3_600))
        #expect(wheel.holds(7))
    }
}
