import LivenessCore
import LivenessEngine
import Testing

@Suite("Drivers that change places")
struct ShadowDriverTests {
    @Test("the shadow is told what was heard, and nobody waits for one that hangs")
    func told() async throws {
        let fixture = try await EngineFixture(hasShadow: true)
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            let isTold = await fixture.time.advance(upTo: .seconds(2)) { fixture.shadow.hasHeard(1, of: "h1", fixture) }
            #expect(isTold)
            fixture.shadow.hold()
            for sequence in UInt64(2)...5 {
                await fixture.beat(fixture.heartbeat("h1", sequence))
                let isWritten = await fixture.time.advance(upTo: .seconds(2)) {
                    fixture.driver.hasHeard(sequence, of: "h1", fixture)
                }
                #expect(isWritten)
            }
            #expect(!fixture.shadow.hasHeard(5, of: "h1", fixture))
            fixture.shadow.release()
            let isLater = await fixture.time.advance(upTo: .seconds(2)) {
                fixture.shadow.hasHeard(5, of: "h1", fixture)
            }
            #expect(isLater, "the last heartbeat, and not all of them")
            #expect(!fixture.shadow.hasHeard(4, of: "h1", fixture))
        }
    }

    @Test("the count of the shadow moves by one, and only with a flush that began after its last one ended")
    func counts() async throws {
        let fixture = try await EngineFixture(hasShadow: true)
        try await fixture.running {
            for sequence in UInt64(1)...20 {
                await fixture.beat(fixture.heartbeat("h1", sequence))
                if sequence == 7 { fixture.shadow.hold() }
                if sequence == 12 { fixture.shadow.release() }
                let isWritten = await fixture.time.advance(upTo: .seconds(2)) {
                    fixture.driver.hasHeard(sequence, of: "h1", fixture)
                }
                #expect(isWritten)
            }
            #expect(await fixture.time.advance(upTo: .seconds(2)) { fixture.shadow.hasHeard(20, of: "h1", fixture) })
            let counts = fixture.shadow.flushes.filter(\.isLast).map(\.count)
            #expect(zip(counts, counts.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(counts)")
        }
    }

    @Test("a switch is in the log, the one before stays in the shadow, and nobody is down for it")
    func switched() async throws {
        let fixture = try await EngineFixture(hasShadow: true)
        _ = try await fixture.store.settle(fixture.setting("memory"))
        try await fixture.running {
            await fixture.beat(fixture.heartbeat("h1", 1))
            #expect(await fixture.time.advance(upTo: .seconds(5)) { fixture.shadow.hasHeard(1, of: "h1", fixture) })
            guard case .switched(let setting) = try await fixture.switchDriver(to: "shadow") else {
                Issue.record("refused")
                return
            }
            #expect(setting.value == "shadow" && setting.setBy == "somebody")
            #expect(fixture.engine.drivers.names == ["shadow", "memory"])
            #expect(fixture.engine.guarantees.name == "shadow")
            #expect(try await fixture.reasons.last == "driver_switched")
            await fixture.beat(fixture.heartbeat("h1", 2))
            let isWritten = await fixture.time.advance(upTo: .seconds(5)) {
                fixture.shadow.hasHeard(2, of: "h1", fixture) && fixture.driver.hasHeard(2, of: "h1", fixture)
            }
            #expect(isWritten)
            #expect(await !fixture.time.advance(upTo: .seconds(58)) { fixture.isDown("h1") })
            #expect(await fixture.time.advance(upTo: .seconds(5)) { fixture.isDown("h1") })
            guard case .switched = try await fixture.switchDriver(to: "memory") else {
                Issue.record("refused")
                return
            }
            #expect(fixture.engine.drivers.names == ["memory", "shadow"])
        }
    }

    @Test("a driver that does not answer or does not run is refused, and a word of force overrules the first")
    func refused() async throws {
        let fixture = try await EngineFixture(hasShadow: true)
        _ = try await fixture.store.settle(fixture.setting("memory"))
        try await fixture.running {
            guard case .notRunning(let daemons) = try await fixture.switchDriver(to: "zookeeper") else {
                Issue.record("a driver that does not run")
                return
            }
            #expect(daemons == ["rollcalld"])
            fixture.shadow.sever(true)
            _ = await fixture.time.advance(upTo: .seconds(12)) { false }
            guard case .lost = try await fixture.switchDriver(to: "shadow") else {
                Issue.record("a driver that is lost")
                return
            }
            #expect(fixture.engine.drivers.names.first == "memory")
            guard case .switched = try await fixture.switchDriver(to: "shadow", isForced: true) else {
                Issue.record("force")
                return
            }
            #expect(fixture.engine.drivers.names.first == "shadow")
            #expect(await fixture.time.advance(upTo: .seconds(5)) { fixture.engine.readiness.isDriverLost })
        }
    }

    @Test("what another daemon ordered is followed; an order for a driver that does not run here changes nothing")
    func followed() async throws {
        let fixture = try await EngineFixture(hasShadow: true)
        _ = try await fixture.store.settle(fixture.setting("memory"))
        try await fixture.running {
            let event = DaemonEvent(
                kind: .driverSwitched,
                daemon: "other",
                host: "there",
                uuid: ServiceUUID(random: 1, 2),
                topic: "shadow",
                zone: "internal",
                at: fixture.time.wall
            )
            _ = try await fixture.store.change(fixture.setting("shadow"), from: "memory", event)
            #expect(
                await fixture.time.advance(upTo: .seconds(12)) { fixture.engine.drivers.names.first == "shadow" }
            )
            _ = try await fixture.store.change(fixture.setting("zookeeper"), from: "shadow", event)
            #expect(await !fixture.time.advance(upTo: .seconds(12)) { fixture.engine.drivers.names.first != "shadow" })
        }
    }
}

extension EngineFixture {
    fileprivate func setting(_ driver: String) -> FleetSetting {
        FleetSetting(name: FleetSetting.driver, value: driver, setAt: time.wall, setBy: "d1")
    }

    fileprivate func switchDriver(
        to driver: String,
        isForced: Bool = false
    ) async throws -> LivenessEngine.DriverSwitch {
        try await engine.switchDriver(to: driver, isForced: isForced, by: "somebody")
    }
}

extension SpyDriver {
    /// Whether a flush that reached it carried that heartbeat.
    fileprivate func hasHeard(_ sequence: UInt64, of host: String, _ fixture: EngineFixture) -> Bool {
        guard let service = fixture.engine.board.find(host: host, binary: "nova-compute") else { return false }
        return flushes.contains { $0.renewals.contains { $0.service == service && $0.sequence == sequence } }
    }
}
