import Foundation
import RollcallWire
import ServerFixtures
import Testing

extension FleetTests {
    /// What is sent to a path, and what must come of it.
    private struct Attack: Sendable {
        enum Outcome: Sendable {
            /// The whole request is refused.
            case refused(Int, String)
            /// The bad entry alone is refused; the good one beside it counts.
            case rejected(String)
        }

        var what: String
        var method = "POST"
        var target = "/v1/heartbeats"
        var body: String?
        var outcome: Outcome

        init(
            _ what: String,
            method: String = "POST",
            target: String = "/v1/heartbeats",
            _ body: String?,
            _ outcome: Outcome
        ) {
            self.what = what
            self.method = method
            self.target = target
            self.body = body
            self.outcome = outcome
        }

        /// An entry beside a good one.
        init(_ what: String, entry: String, _ code: String) {
            let good = #"{"host":"good","binary":"b"}"#
            self.init(what, #"{"heartbeats":[\#(good),{"binary":"b",\#(entry)}]}"#, .rejected(code))
        }
    }

    private static let long = String(repeating: "n", count: 1 << 20)

    private static let attacks: [Attack] = [
        Attack("malformed JSON", #"{"heartbeats":[{"host":"#, .refused(400, "malformed")),
        Attack("no JSON", "\u{1}\u{2}\u{3}", .refused(400, "malformed")),
        Attack("an empty body", "", .refused(400, "malformed")),
        Attack("a list of another type", #"{"heartbeats":"all of them"}"#, .refused(400, "malformed")),
        Attack("10,000 brackets", String(repeating: "[", count: 10_000), .refused(400, "malformed")),
        Attack("NaN", #"{"heartbeats":[{"host":"h","binary":"b","report_interval":NaN}]}"#, .refused(400, "malformed")),
        Attack(
            "Infinity",
            #"{"heartbeats":[{"host":"h","binary":"b","sequence":Infinity}]}"#,
            .refused(400, "malformed")
        ),
        Attack(
            "a raw control character",
            "{\"heartbeats\":[{\"host\":\"a\u{7}b\",\"binary\":\"b\"}]}",
            .refused(400, "malformed")
        ),
        Attack("a host that is a number", entry: #""host":7"#, "malformed"),
        Attack("a host that is an object", entry: #""host":{"name":"h"}"#, "malformed"),
        Attack("an escaped control character", entry: #""host":"a\u0000b""#, "malformed"),
        Attack("half a surrogate", #"{"heartbeats":[{"host":"a\ud800b","binary":"b"}]}"#, .refused(400, "malformed")),
        Attack("a slash in a name", entry: #""host":"../../etc""#, "malformed"),
        Attack("an empty name", entry: #""host":"""#, "malformed"),
        Attack("a name of 1 MB", entry: #""host":"\#(long)""#, "name_too_long"),
        Attack("a topic of 1 MB", entry: #""host":"h","topic":"\#(long)""#, "name_too_long"),
        Attack("a worker of 1 MB", entry: #""host":"h","worker":"\#(long)""#, "name_too_long"),
        Attack("a negative version", entry: #""host":"h","version":-1"#, "malformed"),
        Attack("a huge version", entry: #""host":"h","version":99999999999999999999999999"#, "malformed"),
        Attack("a negative sequence", entry: #""host":"h","incarnation":"i","sequence":-1"#, "malformed"),
        Attack("a huge sequence", entry: #""host":"h","incarnation":"i","sequence":9007199254740993"#, "malformed"),
        Attack("a negative interval", entry: #""host":"h","report_interval":-5"#, "invalid_interval"),
        Attack("no interval", entry: #""host":"h","report_interval":0"#, "invalid_interval"),
        Attack("a huge interval", entry: #""host":"h","report_interval":1e300"#, "invalid_interval"),
        Attack("an interval beyond every number", entry: #""host":"h","report_interval":1e999"#, "invalid_interval"),
        Attack(
            "10,001 heartbeats",
            #"{"heartbeats":[\#([String](repeating: #"{"host":"h","binary":"b"}"#, count: 10_001).joined(separator: ","))]}"#,
            .refused(413, "too_large")
        ),
        Attack(
            "5 MiB",
            #"{"heartbeats":[],"x":"\#(String(repeating: "x", count: 5 << 20))"}"#,
            .refused(413, "too_large")
        ),
        Attack("a method nobody knows", method: "BREW", target: "/v1/services", "{}", .refused(400, "malformed")),
        Attack(
            "a method of others",
            method: "PROPFIND",
            target: "/v1/services",
            "{}",
            .refused(405, "method_not_allowed")
        ),
        Attack(
            "a method of another path",
            method: "PUT",
            target: "/v1/services",
            "{}",
            .refused(405, "method_not_allowed")
        ),
        Attack("no such path", method: "GET", target: "/v1/teapots", nil, .refused(404, "not_found")),
        Attack("a limit below one", method: "GET", target: "/v1/services?limit=-1", nil, .refused(400, "malformed")),
        Attack(
            "a name that is no UTF-8",
            method: "PUT",
            target: "/v1/services/%ff%fe/b/heartbeat",
            nil,
            .refused(400, "malformed")
        ),
        Attack(
            "a broken escape",
            method: "PUT",
            target: "/v1/services/%zz/b/heartbeat",
            nil,
            .refused(400, "malformed")
        ),
        Attack(
            "a since beyond numbers",
            method: "GET",
            target: "/v1/transitions?since=99999999999999999999",
            nil,
            .refused(400, "malformed")
        ),
    ]

    /// Bytes that are no request: they are answered with 400 or cut.
    private static let garbage: [(what: String, bytes: [UInt8])] = [
        ("zeros", [UInt8](repeating: 0, count: 4_096)),
        (
            "a TLS greeting",
            [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03] + [UInt8](repeating: 7, count: 500)
        ),
        ("a request without an end of line", [UInt8](repeating: UInt8(ascii: "A"), count: 100_000)),
        ("a header of 1 MB", Array("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n".utf8)),
        ("10,000 headers", Array(("GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 10_000) + "\r\n").utf8)),
        (
            "two lengths",
            Array(
                "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"
                    .utf8
            )
        ),
        (
            "a negative length",
            Array("POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\nhello".utf8)
        ),
        (
            "a broken chunk",
            Array(
                "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello".utf8
            )
        ),
        (
            "a truncated body",
            Array(
                "POST /v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
                    .utf8
            )
        ),
    ]

    @Test("hostile input is answered with its code or cut, and neither the fleet nor the memory notices")
    func hostileInput() async throws {
        /// KiB; a burst of 5 MiB bodies leaves buffers behind in the allocator, and no more.
        let bound = 96 << 10
        let place = try Workplace()
        try await DaemonProcess.run(place, .short) { daemon in
            let fleet = Fleet("fleet", count: 200, port: daemon.port)
            let watch = TransitionWatch(port: daemon.port)
            try await watch.run {
                try await fleet.run {
                    try await fleet.beats(4)
                    let before = daemon.residentKilobytes
                    let dripping = DrippingConnections(count: 200, port: daemon.port)
                    let cut = try await dripping.run { () async throws -> Int in
                        for attack in Self.attacks { try carryOut(attack, at: daemon.port) }
                        for (what, bytes) in Self.garbage { try throwAt(daemon.port, bytes, what) }
                        return try await eventually("connections that drip are cut") {
                            dripping.cut == 200 ? 200 : nil
                        }
                    }
                    try await fleet.beats(2)
                    let after = daemon.residentKilobytes
                    print(
                        "hostile input: RSS \(before) KiB before, \(after) KiB after (bound +\(bound) KiB); \(cut) dripping connections cut"
                    )
                    #expect(after - before < bound)
                    #expect(daemon.process.ending == nil)
                }
            }
            for death in watch.deaths {
                guard let member = fleet.member(death.transition.host) else { continue }
                report(bystander: member, death, fleet)
            }
            #expect(fleet.problems.isEmpty && watch.problems.isEmpty && watch.isGapFree)
            // "error" means that someone must act; nobody must because of what a stranger sent.
            #expect(daemon.log.allSatisfy { $0.level != "error" && $0.level != "critical" })
        }
    }

    private func carryOut(_ attack: Attack, at port: Int) throws {
        let connection = try RawConnection(port: port)
        do {
            try connection.send(RawConnection.request(attack.method, attack.target, body: attack.body))
        } catch {
            // Refused before it was sent whole; the reply still is there.
        }
        guard let reply = try connection.reply() else {
            Issue.record("\(attack.what): cut without a reply")
            return
        }
        switch attack.outcome {
        case .refused(let status, let code):
            let error = try? reply.document(ErrorReply.self).error
            #expect(
                reply.status == status && error?.code.rawValue == code,
                "\(attack.what): \(reply.status) \(reply.text.prefix(300))"
            )
        case .rejected(let code):
            let document = try? reply.document(HeartbeatsReply.self)
            #expect(
                reply.status == 200 && document?.accepted == 1,
                "\(attack.what): \(reply.status) \(reply.text.prefix(300))"
            )
            #expect(document?.rejected.map(\.index) == [1], "\(attack.what)")
            #expect(document?.rejected.map(\.code.rawValue) == [code], "\(attack.what): \(reply.text.prefix(300))")
            #expect(reply.body.count < 2_000, "\(attack.what): the reply repeats what was sent")
        }
    }

    private func throwAt(_ port: Int, _ bytes: [UInt8], _ what: String) throws {
        let connection = try RawConnection(port: port)
        do { try connection.send(bytes) } catch {
            // Cut while it was being sent.
        }
        connection.finish()
        if let reply = try connection.reply() {
            #expect((400...499).contains(reply.status), "\(what): \(reply.status)")
        }
    }
}
