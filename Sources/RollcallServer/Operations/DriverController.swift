import Hummingbird
import HummingbirdCore
import LivenessCore
import LivenessEngine
import RollcallWire

/// The liveness drivers: which decides, what those in its shadow contradict, and an operator's word to let another decide.
struct DriverController {
    private static let usualLimit: Int64 = 1_000
    private static let mostListed: Int64 = 100_000

    let engine: LivenessEngine
    let audit: AuditLog

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("v1/drivers", use: list)
        router.get("v1/drivers/disagreements", use: disagreements)
        router.post("v1/drivers/switch", use: change)
    }

    @Sendable private func list(_ request: Request, _ context: RollcallContext) async throws -> Response {
        try reply()
    }

    private func reply() throws -> Response {
        try Reply.document(DriversReply(drivers: engine.driverStandings.map(WireDriver.init)))
    }

    @Sendable private func disagreements(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let limit = try QueryParameters(request).integer("limit", in: 1...Self.mostListed) ?? Self.usualLimit
        let (listed, count) = engine.disagreements(limit: Int(limit))
        let board = engine.board
        let now = engine.now
        let known = listed.filter { Int($0.service) < board.count && board.isListed($0.service) }
        return try Reply.document(
            DisagreementsReply(
                disagreements: known.map { WireDisagreement($0, on: board, at: now, wall: engine.wall(now)) },
                count: count
            )
        )
    }

    @Sendable private func change(_ request: Request, _ context: RollcallContext) async throws -> Response {
        let body = Array(buffer: try await request.wholeBody())
        let wanted = try APIError.decode(DriverSwitchRequest.self, from: body)
        let names = ["database", "zookeeper", "memcached"]
        guard names.contains(wanted.driver) || engine.drivers.names.contains(wanted.driver) else {
            throw APIError.malformed(
                "driver: \"\(wanted.driver)\" is none of \(names.joined(separator: ", "))",
                field: "driver"
            )
        }
        let isForced = wanted.force ?? false
        let old = engine.driverStandings.first { $0.isDeciding }?.guarantees.name
        switch try await engine.switchDriver(to: wanted.driver, isForced: isForced, by: context.caller) {
        case .switched(let setting) where setting.value == wanted.driver:
            let words = isForced ? "driver switched, forced" : "driver switched"
            audit.changed(by: context.caller, words, of: "liveness.driver", from: old, to: wanted.driver)
            return try reply()
        case .switched(let setting):
            throw notReady("\(setting.setBy) was first: \(setting.value) decides")
        case .notRunning(let daemons):
            throw APIError(
                .conflict,
                .driverNotRunning,
                "not every daemon runs the driver \(wanted.driver) (liveness.shadow): \(daemons.joined(separator: ", "))",
                detail: ["daemons": .array(daemons.map(WireValue.string))]
            )
        case .lost: throw notReady("the driver \(wanted.driver) does not answer")
        case .disagrees(let count):
            throw notReady(
                "of \(count) services the driver \(wanted.driver) contradicts what stands, or would not see their sessions"
            )
        }
    }

    private func notReady(_ message: String) -> APIError { APIError(.conflict, .driverNotReady, message) }
}
