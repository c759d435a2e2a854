import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// How far apart heartbeats came: what another down time would have done is told from it.
struct ArrivalController {
    let engine: LivenessEngine

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/arrivals", use: arrivals)
    }

    @Sendable private func arrivals(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let query = try QueryParameters(request)
        let since = try query["since"].map { text in
            guard let time = WireTime(text) else {
                throw APIError.malformed("since is not a time such as 2026-11-30T00:00:00Z", field: "since")
            }
            return Timestamp(microseconds: time.microseconds)
        }
        let last = try query.seconds("last", in: 0...1e9)
        guard since == nil || last == nil else {
            throw APIError.malformed("since and last exclude each other", field: "last")
        }
        let now = engine.wall(engine.now)
        let known = try await engine.arrivals(since: since ?? last.map { now - $0 })
        return try await OffLoop.run {
            let entries = known.arrivals.tallies.map { WireArrivals($0.key, $0.value) }.sorted {
                ($0.topic, $0.reportInterval, $0.serviceDownTime) < ($1.topic, $1.reportInterval, $1.serviceDownTime)
            }
            return try Reply.document(
                ArrivalsReply(
                    daemons: known.daemons.sorted(),
                    since: WireTime(microseconds: (known.began ?? now).microseconds),
                    arrivals: entries
                )
            )
        }
    }
}

extension WireArrivals {
    fileprivate init(_ kind: Arrivals.Kind, _ tally: Arrivals.Tally) {
        let gaps = tally.gaps.sorted { $0.key < $1.key }.map { bucket, count in
            let bounds = Arrivals.bounds(of: bucket)
            return WireGap(
                from: bounds.lowerBound / .seconds(1),
                to: bounds.upperBound / .seconds(1),
                count: Int(count)
            )
        }
        self.init(
            topic: kind.topic,
            reportInterval: kind.reportInterval / .seconds(1),
            serviceDownTime: kind.downTime / .seconds(1),
            countedFrom: kind.keptFrom / .seconds(1),
            deaths: Int(tally.deaths),
            mistakes: Int(tally.mistakes),
            gaps: gaps
        )
    }
}
