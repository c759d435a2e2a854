import Crypto
import Foundation
import Glibc
import RollcallClient
import RollcallWire
import ServerFixtures
import StubDaemon
import Synchronization
import Testing

@Suite("Webhooks", .timeLimit(.minutes(2)))
struct WebhookTests {
    private static let secret = "24-bytes-nobody-guesses!"

    private func options(_ place: Workplace, _ receiver: StubDaemon, ping: Bool = false) throws -> DaemonProcess.Options
    {
        try place.write("whsec_\(Data(Self.secret.utf8).base64EncodedString())\n", to: "hook.secret")
        let hook = "{name: pager, url: \(receiver.url)/hook, secret_file: \(place.file("hook.secret")), zones: [az1]}"
        try place.write("webhooks: [\(hook)]\n", to: "webhooks.yaml")
        for file in ["webhooks.yaml", "hook.secret"] { chmod(place.file(file), 0o600) }
        var settings = "monitor:\n  webhooks_file: \(place.file("webhooks.yaml"))\n"
        if ping { settings += "  ping_url: \(receiver.url)/ping\n  ping_interval: 1s\n" }
        try place.write(settings, to: "rollcalld.yaml")
        var options = DaemonProcess.Options.short
        options.configuration = place.file("rollcalld.yaml")
        return options
    }

    /// Heard once; its silence is a death a second later.
    private func beat(_ host: String, zone: String = "az1", _ daemon: DaemonProcess) async throws {
        var beat = WireHeartbeat(host: host, binary: "worker")
        beat.zone = zone
        _ = try await daemon.client.sendHeartbeat(beat)
    }

    /// Hosts that messages told to be down, in order; only those signed by the secret count.
    private func told(_ receiver: StubDaemon) -> [String] {
        receiver.requests.filter { $0.path == "/hook" && isSigned($0) }.flatMap { request in
            let document = try? JSONDecoder().decode(HistoryReply.self, from: Data(request.body.utf8))
            return document?.transitions.filter { $0.to == .down }.compactMap(\.host) ?? []
        }
    }

    private func isSigned(_ request: StubRequest) -> Bool {
        guard let id = request.headers["webhook-id"], let time = request.headers["webhook-timestamp"],
            let sent = request.headers["webhook-signature"], sent.hasPrefix("v1,"),
            let code = Data(base64Encoded: String(sent.dropFirst(3)))
        else { return false }
        let key = SymmetricKey(data: Data(Self.secret.utf8))
        let signed = Data("\(id).\(time).\(request.body)".utf8)
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: key)
    }

    @Test("a death is told, signed, to whom it concerns, and once more with the same id where it was not taken")
    func told() async throws {
        let place = try Workplace()
        let refusals = Mutex(1)
        try await StubDaemon.run { request in
            guard request.path == "/hook" else { return .nothing }
            let isRefused = refusals.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            return isRefused ? .error(503, "busy") : .nothing
        } _: { receiver in
            try await DaemonProcess.run(place, try options(place, receiver, ping: true)) { daemon in
                try await beat("elsewhere", zone: "az2", daemon)
                try await beat("h1", daemon)
                try await eventually("the death is told") { told(receiver).count >= 2 }
                #expect(Set(told(receiver)) == ["h1"])
                let messages = receiver.requests.filter { $0.path == "/hook" }
                #expect(Set(messages.map { $0.headers["webhook-id"] }).count == 1)
                #expect(messages.allSatisfy { $0.method == "POST" && $0.headers["content-type"] == "application/json" })
                try await eventually("it is called while it is well") {
                    receiver.requests.contains { $0.path == "/ping" }
                }
            }
        }
    }

    @Test("what was not told when the daemon was killed is told by the next one, once taken not again")
    func resumed() async throws {
        let place = try Workplace()
        let isAway = Mutex(false)
        try await StubDaemon.run { _ in
            isAway.withLock { $0 } ? .error(503, "away") : .nothing
        } _: { receiver in
            try await DaemonProcess.run(place, try options(place, receiver)) { daemon in
                try await beat("h1", daemon)
                try await eventually("the first is told") { told(receiver) == ["h1"] }
                isAway.withLock { $0 = true }
                try await beat("h2", daemon)
                try await eventually("the second was tried") { told(receiver).contains("h2") }
                daemon.process.send(SIGKILL)
                _ = try await daemon.process.ended()
            }
            let before = told(receiver).count
            isAway.withLock { $0 = false }
            try await DaemonProcess.run(place, try options(place, receiver)) { daemon in
                try await beat("h3", daemon)
                try await eventually("the third is told") { told(receiver).contains("h3") }
            }
            // The first may have been told just before the daemon noted that it was.
            let after = told(receiver).dropFirst(before).filter { $0 != "h1" }
            #expect(after == ["h2", "h3"])
        }
    }

    @Test("of two daemons one tells, and when it is killed the other")
    func takenOver() async throws {
        try await MariaDBServer.provide {
            let place = try Workplace()
            let url = try await FleetTests().makeDatabase(place)
            try await StubDaemon.run { _ in
                .nothing
            } _: { receiver in
                func options(_ id: String) throws -> DaemonProcess.Options {
                    var options = try self.options(place, receiver)
                    options.reportInterval = "500ms"
                    options.serviceDownTime = "3s"
                    options.identifier = id
                    options.databaseURL = url
                    return options
                }
                try await DaemonProcess.run(place, try options("one")) { one in
                    try await beat("h1", one)
                    try await eventually("the first is told") { told(receiver) == ["h1"] }
                    try await DaemonProcess.run(place, try options("two")) { two in
                        try await beat("h2", two)
                        try await eventually("the second is told") { told(receiver) == ["h1", "h2"] }
                        one.process.send(SIGKILL)
                        _ = try await one.process.ended()
                        try await beat("h3", two)
                        try await eventually("the third is told by the other") { told(receiver).last == "h3" }
                        #expect(Set(told(receiver)) == ["h1", "h2", "h3"])
                    }
                }
            }
        }
    }
}
