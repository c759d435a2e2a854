import Foundation
import HeartbeatDatagrams
import NIOCore

extension Load {
    /// A page of a list, of which only what datagrams need is asked for.
    private struct Page: Decodable {
        struct Service: Decodable {
            var uuid: UUID
            var host: String
            var number: UInt32?

            private enum CodingKeys: String, CodingKey {
                case uuid, host
                case number = "incarnation_number"
            }
        }

        var services: [Service]
        var marker: String?

        private enum CodingKeys: String, CodingKey {
            case services
            case marker = "next_marker"
        }
    }

    /// Sends the heartbeats of the fleet in datagrams.
    ///
    /// - Returns: How many acknowledgements came.
    func send(
        _ datagrams: LoadPlan.Datagrams,
        of records: [DatagramBeats.Record],
        _ fleet: Fleet,
        to port: Int? = nil,
        until end: NIODeadline,
        _ tally: BeatTally
    ) async throws -> Int {
        try await DatagramBeats(
            fleet: fleet,
            records: records,
            keys: (0..<datagrams.reporters).map { DatagramKey(token: DaemonUnderLoad.token(ofReporter: $0)) },
            areAcknowledged: datagrams.areAcknowledged && port == nil,
            port: port ?? daemon.datagramPort,
            until: end,
            tally: tally
        ).send()
    }

    /// How many of them came.
    mutating func tellDatagrams(_ datagrams: LoadPlan.Datagrams, _ tally: BeatTally, acknowledged: Int) async throws {
        let lost = tally.heartbeats - (try await takenDatagrams())
        report.add("datagrams lost", Double(max(0, lost)), "datagrams", "of \(tally.heartbeats)")
        if datagrams.areAcknowledged { report.add("datagrams acknowledged", Double(acknowledged), "datagrams") }
    }

    /// What the datagrams of each service say of it.
    func listRecords(_ count: Int) async throws -> [DatagramBeats.Record] {
        var records: [DatagramBeats.Record?] = Array(repeating: nil, count: count)
        var marker: String?
        repeat {
            let place = marker.map { "&marker=\($0)" } ?? ""
            let reply = try await get("/v1/services?fields=uuid,host,incarnation_number&limit=50000\(place)")
            let page = try JSONDecoder().decode(Page.self, from: Data(reply.body.readableBytesView))
            for service in page.services {
                guard let number = Fleet.service(of: service.host[...]), records.indices.contains(number) else {
                    continue
                }
                let (high, low) = withUnsafeBytes(of: service.uuid.uuid) { bytes in
                    (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                }
                records[number] = DatagramBeats.Record(
                    id: RecordID(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low)),
                    number: service.number ?? 0
                )
            }
            marker = page.marker
        } while marker != nil
        let known = records.compactMap { $0 }
        guard known.count == count else { throw LoadError("\(count - known.count) services are not listed") }
        return known
    }

    /// Datagrams that counted, or that came twice.
    private func takenDatagrams() async throws -> Int {
        let text = String(buffer: try await get("/metrics").body)
        let name = "rollcall_datagrams_total{result=\"taken\"} "
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Double($0.dropFirst(name.count)) }.map { Int($0) } ?? 0
    }
}
