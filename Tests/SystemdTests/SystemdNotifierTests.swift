import Testing

@testable import Systemd

@Suite("What systemd hears")
struct SystemdNotifierTests {
    @Test("every state arrives as one datagram, at a path and in the abstract namespace", arguments: [false, true])
    func states(isAbstract: Bool) throws {
        let socket = try NotifySocket(isAbstract: isAbstract)
        let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name]))

        notifier.ready()
        notifier.reloading(atMonotonicMicroseconds: 17)
        notifier.watchdog()
        notifier.stopping()

        #expect(socket.messages() == ["READY=1", "RELOADING=1\nMONOTONIC_USEC=17", "WATCHDOG=1", "STOPPING=1"])
    }

    @Test("a reload carries the monotonic clock, which never goes back")
    func reloadingTime() throws {
        let socket = try NotifySocket(isAbstract: true)
        let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name]))

        notifier.reloading()
        notifier.reloading()

        let times = socket.messages().compactMap { Int64($0.drop { $0 != "\n" }.dropFirst("\nMONOTONIC_USEC=".count)) }
        #expect(times.count == 2 && times[0] > 0 && times[0] <= times[1])
    }

    @Test("a status stays one line, so that it cannot begin another assignment")
    func status() throws {
        let socket = try NotifySocket(isAbstract: true)
        let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": socket.name]))

        notifier.status("3 services up\nREADY=1\r\nX")

        #expect(socket.messages() == ["STATUS=3 services up READY=1 X"])
    }

    @Test(
        "there is no notifier without a socket it can send to",
        arguments: [nil, "", "@", "relative/path", "vsock:2:1", "/" + String(repeating: "x", count: 108)]
    )
    func unusableSocket(name: String?) {
        #expect(SystemdNotifier(environment: name.map { ["NOTIFY_SOCKET": $0] } ?? [:]) == nil)
        #expect(SystemdNotifier(environment: ["NOTIFY_SOCKET": "/a\0b"]) == nil)
    }

    @Test("a socket nobody listens on loses the message and nothing else")
    func nobodyListens() throws {
        let notifier = try #require(SystemdNotifier(environment: ["NOTIFY_SOCKET": "@rollcall-nobody-here"]))
        #expect(!notifier.notify("READY=1"))
    }

    @Test("the watchdog's interval is for the process it names, or for any when it names none")
    func watchdogInterval() throws {
        func interval(_ variables: [String: String]) throws -> Duration? {
            let environment = variables.merging(["NOTIFY_SOCKET": "@x"]) { one, _ in one }
            return try #require(SystemdNotifier(environment: environment, processID: 42)).watchdogInterval
        }
        #expect(try interval([:]) == nil)
        #expect(try interval(["WATCHDOG_USEC": "3000000"]) == .seconds(3))
        #expect(try interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "42"]) == .seconds(3))
        #expect(try interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "43"]) == nil)
        #expect(try interval(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "me"]) == nil)
        #expect(try interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(try interval(["WATCHDOG_USEC": "-1"]) == nil)
        #expect(try interval(["WATCHDOG_USEC": "99999999999999999999"]) == nil)
    }
}
