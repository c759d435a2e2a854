import HTTPTypes
import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import Metrics

/// `GET /v1/watch`: the log as server-sent events, from a revision on or from a snapshot on.
struct WatchController {
    let engine: LivenessEngine
    let order: NameOrder
    let access: AccessControl
    let feed: WatchFeed
    let metrics: WatchMetrics

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/watch", use: watch)
    }

    @Sendable private func watch(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let query = try QueryParameters(request)
        var since = try query.integer("since", in: 0...Int64.max)
        // Who reconnects says what it has seen last; that is newer than what its address says.
        if let last = request.headers[.lastEventID] { since = Int64(last).flatMap { $0 < 0 ? nil : $0 } }
        let keepAlive = try query.seconds("keep_alive", in: 0.5...15)
        let watch = Watch(
            engine,
            order,
            since: since,
            logID: query["log_id"],
            keepAlive: keepAlive ?? Watch.usualKeepAlive,
            context.connection
        )
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { [feed, metrics] writer in
                metrics.streams.increment()
                defer { metrics.streams.decrement() }
                var watch = watch
                // Asked again with each piece, every 15 s at least: a credential may be taken back or end meanwhile.
                while let events = try await watch.next(), mayAsk(request, context) {
                    try await writer.write(events)
                    try await watch.follow(feed, on: context.channel) { mayAsk(request, context) }
                }
                if watch.hasLagged { metrics.lagged.increment() }
                try await writer.finish(nil)
            }
        )
    }

    private func mayAsk(_ request: Request, _ context: RollcallContext) -> Bool {
        let identity = try? access.identity(of: request.headers, context.peer, at: engine.wall(engine.now))
        return identity?.holds(.reader) ?? false
    }
}
