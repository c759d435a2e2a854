import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import Systemd

@Suite("The daemon's life as systemd sees it")
struct SystemdServiceTests {
    private func notifier(_ socket: NotifySocket, watchdog: String?) throws -> SystemdNotifier {
        var environment = ["NOTIFY_SOCKET": socket.name]
        environment["WATCHDOG_USEC"] = watchdog
        return try #require(SystemdNotifier(environment: environment))
    }

    @Test("ready first, then a ping each half interval while the loop turns, and stopping at the end")
    func life() async throws {
        let socket = try NotifySocket(isAbstract: true)
        let clock = StepClock()
        let isAlive = Atomic(true)
        let service = try SystemdService(
            notifier: notifier(socket, watchdog: "10000000"),
            clock: clock,
            isAlive: { isAlive.load(ordering: .relaxed) }
        )

        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }

                await clock.untilSomebodySleeps()
                #expect(socket.messages() == ["READY=1", "WATCHDOG=1"])

                clock.advance(by: .seconds(5))
                await clock.untilSomebodySleeps()
                #expect(socket.messages() == ["WATCHDOG=1"])

                isAlive.store(false, ordering: .relaxed)
                clock.advance(by: .seconds(5))
                await clock.untilSomebodySleeps()
                #expect(socket.messages() == [])

                isAlive.store(true, ordering: .relaxed)
                clock.advance(by: .seconds(5))
                await clock.untilSomebodySleeps()
                #expect(socket.messages() == ["WATCHDOG=1"])

                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
                #expect(socket.messages() == ["STOPPING=1"])
            }
        }
    }

    @Test("nothing is announced before the daemon is ready, nor when it never gets there")
    func neverReady() async throws {
        struct NotReady: Error {}
        let socket = try NotifySocket(isAbstract: true)
        let service = try SystemdService(
            notifier: notifier(socket, watchdog: nil),
            untilReady: { throw NotReady() },
            isAlive: { true }
        )

        await #expect(throws: NotReady.self) { try await service.run() }
        #expect(socket.messages() == [])
    }

    @Test("without a watchdog it says ready, waits and says stopping")
    func withoutWatchdog() async throws {
        let socket = try NotifySocket(isAbstract: true)
        let service = try SystemdService(notifier: notifier(socket, watchdog: nil), isAlive: { true })

        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                var messages: [String] = []
                while messages.isEmpty {
                    await Task.yield()
                    messages = socket.messages()
                }
                #expect(messages == ["READY=1"])

                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
                #expect(socket.messages() == ["STOPPING=1"])
            }
        }
    }
}
