import LivenessCore
import LivenessEngine
import RollcallWire

extension WireDriver {
    init(_ standing: LivenessEngine.DriverStanding) {
        let guarantees = standing.guarantees
        self.init(
            name: guarantees.name,
            deciding: standing.isDeciding,
            health: standing.isLost ? .lost : .ok,
            disagreements: standing.disagreements,
            guarantees: [
                "granularity": .number(guarantees.granularity.inSeconds),
                "notice": .string(guarantees.notice.rawValue),
                "persistent": .bool(guarantees.isPersistent),
                "may_evict": .bool(guarantees.mayEvict),
                "clock": .string(guarantees.clock.rawValue),
                "typical_detection": .number(guarantees.typicalDetection.inSeconds),
            ]
        )
    }
}

extension WireDisagreement {
    init(_ disagreement: LivenessMachine.Disagreement, on board: Board, at now: Instant, wall: Timestamp) {
        let name = board.name(of: disagreement.service)
        self.init(
            driver: disagreement.driver,
            host: name.host,
            binary: name.binary,
            uuid: board.cards[Int(disagreement.service)].uuid.description,
            state: WireState(rawValue: disagreement.decided.state.word),
            stateReason: disagreement.decided.reason.word,
            opinion: WireState(rawValue: disagreement.opinion.word),
            lastShown: (now - disagreement.lastShown).inSeconds,
            since: WireTime(microseconds: (wall - (now - disagreement.since)).microseconds)
        )
    }
}
