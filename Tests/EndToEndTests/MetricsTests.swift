import RollcallClient
import RollcallWire
import ServerFixtures
import Testing

@Suite("Metrics of a daemon at work", .timeLimit(.minutes(2)))
struct MetricsTests {
    /// Every sample of a scrape, by name and labels.
    private func scrape(_ daemon: DaemonProcess) throws -> [String: Double] {
        let connection = try RawConnection(port: daemon.port)
        let text = try #require(try connection.exchange("GET", "/metrics")).text
        let samples = text.split(separator: "\n").compactMap { line -> (String, Double)? in
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { return nil }
            return Double(line[line.index(after: space)...].trimmingPrefix(" ")).map { (String(line[..<space]), $0) }
        }
        return Dictionary(samples, uniquingKeysWith: { first, _ in first })
    }

    @Test("what a scrape shows is what the API says and what was done")
    func values() async throws {
        let place = try Workplace()
        try await DaemonProcess.run(place, .short) { daemon in
            let client = daemon.client
            var sent = 0
            func beat(_ host: String, sequence: Int64, interval: Double = 600) async throws {
                var beat = WireHeartbeat(host: host, binary: "nova-compute")
                beat.topic = "compute"
                beat.incarnation = "i"
                beat.sequence = sequence
                beat.reportInterval = interval
                _ = try await client.sendHeartbeat(beat)
                sent += 1
            }
            for host in ["up", "disabled", "forced", "failed"] { try await beat(host, sequence: 1) }
            try await beat("silent", sequence: 1, interval: 0.25)
            for service in try await client.services().services {
                var patch = ServicePatch()
                switch service.host {
                case "disabled": patch.status = .disabled
                case "forced": patch.forcedDown = true
                default: continue
                }
                _ = try await client.edit(service.uuid, patch)
            }
            try await client.leave(
                ServiceName(host: "failed", binary: "nova-compute"),
                incarnation: "i",
                reason: .failed
            )
            let silent = ServiceName(host: "silent", binary: "nova-compute")
            try await eventually("it is down") { (try? await client.state(of: silent))?.state == .down }
            try await beat("silent", sequence: 2, interval: 0.25)
            try await eventually("its life is in the log") {
                let rows = (try? await client.transitions(since: 0).transitions) ?? []
                return rows.contains { $0.host == "silent" && $0.from == .down && $0.to == .up }
            }
            let revision = try await client.transitions(since: 0).revision
            let samples = try scrape(daemon)
            func expect(_ sample: String, _ value: Double) {
                #expect(samples[sample] == value, "\(sample) is \(samples[sample] ?? .nan)")
            }
            expect(#"rollcall_verdicts{reason="forced_down",state="down"}"#, 1)
            expect(#"rollcall_verdicts{reason="reported_failed",state="down"}"#, 1)
            expect("rollcall_disabled_services", 1)
            expect(#"rollcall_daemons{state="alive"}"#, 1)
            expect(#"rollcall_topic_services{state="down",topic="rollcalld"}"#, 0)
            expect(#"rollcall_transitions_total{reason="reported_failed",to="down",topic="compute"}"#, 1)
            expect(#"rollcall_transitions_total{reason="forced_down",to="down",topic="compute"}"#, 1)
            expect(#"rollcall_mistakes_total{topic="compute"}"#, 1)
            expect(#"rollcall_mistake_duration_seconds_count{topic="compute"}"#, 1)
            let deaths = samples[#"rollcall_detection_delay_seconds_count{topic="compute"}"#] ?? 0
            // It may have fallen silent again meanwhile.
            #expect((1...2).contains(deaths))
            let delay = (samples[#"rollcall_detection_delay_seconds_sum{topic="compute"}"#] ?? 0) / max(1, deaths)
            let silence = (samples[#"rollcall_detection_time_seconds_sum{topic="compute"}"#] ?? 0) / max(1, deaths)
            // Its down time lies between them, and what a busy machine kept this daemon from seeing.
            #expect(delay >= 0 && silence - delay > 0.99, "\(delay) \(silence)")
            #expect((samples["rollcall_log_revision"] ?? 0) >= Double(revision))
            // The daemon beats for itself as well.
            #expect((samples[#"rollcall_heartbeats_received_total{transport="http"}"#] ?? 0) >= Double(sent))
            let states = ["up", "down", "unknown"].map { samples[#"rollcall_services{state="\#($0)"}"#] ?? .nan }
            #expect(states.reduce(0, +) == Double(try await client.services().services.count))
        }
    }
}
