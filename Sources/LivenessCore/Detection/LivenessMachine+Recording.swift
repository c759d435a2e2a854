import DequeModule

/// What the transition log must be told.
extension LivenessMachine {
    /// A change that was handed out to be recorded.
    package struct PendingChange: Sendable {
        package var service: UInt32
        package var change: StateChange
    }

    /// Looks at up to `limit` of the services that wait to be recorded, and takes their changes: one net change per
    /// service, whatever happened in between, in the order of `ServiceSet`.
    package mutating func takeChanges(limit: Int) -> [PendingChange] {
        var changes: [PendingChange] = []
        let take = min(limit, unrecorded.count)
        changes.reserveCapacity(take)
        for _ in 0..<take {
            guard let service = unrecorded.popNext() else { break }
            let standing = board.standings[Int(service)]
            let recorded = logged[Int(service)].verdict
            guard !standing.isDeleted, standing.verdict.isNews(after: recorded) else { continue }
            let change = StateChange(
                serviceID: board.cards[Int(service)].id,
                judgedRevision: revisions[Int(service)],
                verdict: standing.verdict,
                at: standing.verdict.state == recorded.state ? wallNow : standing.since
            )
            changes.append(PendingChange(service: service, change: change))
        }
        return changes
    }

    /// Puts a service that stands otherwise than the log says among those that wait.
    mutating func enqueueForRecording(_ service: UInt32) {
        let number = Int(service)
        guard board.standings[number].verdict.isNews(after: logged[number].verdict) else { return }
        unrecorded.insert(service)
    }

    // MARK: For those who follow the log

    /// Whether this daemon sees: it is not stopped, and has not lost what it stands on.
    package var isSeeing: Bool { pause == nil && health.lostSince == nil }

    /// What whoever follows the log must know beside it, at one moment.
    package struct Sight: Hashable, Sendable {
        package var isSeeing: Bool
        /// As the board counts them.
        package var untold: UInt64
        package var hasLocalOpinions: Bool
        /// The newest revision that the log was seen to have; the rows up to it may still be on their way.
        package var newest: Int64
    }

    package mutating func sight(at now: Instant) -> Sight {
        noticePause(at: now)
        return Sight(
            isSeeing: isSeeing,
            untold: board.untold,
            hasLocalOpinions: board.localOpinions > 0,
            newest: max(newestSeen, board.head.revision)
        )
    }

    /// Whether the log says of these services what a board showed: then it tells of everything that comes after.
    package func isLogged(_ services: [UInt32], on shown: Board) -> Bool {
        services.allSatisfy { service in
            let verdict = shown.standings[Int(service)].verdict
            return !verdict.reason.isLocalOpinion && !verdict.isNews(after: logged[Int(service)].verdict)
        }
    }

    /// The service stands as its record says.
    mutating func standAsRecorded(_ service: UInt32, _ state: RecordedState, isDeleted: Bool = false) {
        board.stand(service, Standing(state, isDeleted: isDeleted))
        logged[Int(service)] = PackedVerdict(state.verdict)
    }

    /// How many services wait to be recorded.
    package var unrecordedCount: Int { unrecorded.count }

    /// The store answered for a change.
    package mutating func recorded(_ pending: PendingChange, _ result: RecordingResult, at now: Instant) {
        let number = Int(pending.service)
        guard board.cards[number].id == pending.change.serviceID else { return }
        switch result {
        case .recorded(let transition):
            revisions[number] = max(revisions[number], transition.revision)
            if transition.from != transition.to { noteChange(of: pending.service, at: now) }
            logged[number] = PackedVerdict(pending.change.verdict)
        case .superseded(let record):
            if let record {
                if record.recorded.revision < revisions[number] {
                    // Restored from a backup: what is there now is what the log goes on from.
                    revisions[number] = record.recorded.revision
                    logged[number] = PackedVerdict(record.recorded.verdict)
                }
                recordChanged(record, at: now)
            } else {
                markGone(pending.service, at: now)
            }
        }
        enqueueForRecording(pending.service)
    }

    /// The store did not answer: the changes wait again.
    package mutating func recordingFailed(_ changes: ArraySlice<PendingChange>) {
        for pending in changes { enqueueForRecording(pending.service) }
    }

    /// The log as an observation found it.
    ///
    /// Its newest revision is shown to nobody before the rows up to it can be.
    mutating func logSeen(_ head: LogHead) {
        newestSeen = head.logID == board.head.logID ? max(newestSeen, head.revision) : head.revision
        if head.logID != board.head.logID {
            board.head = head
        } else if head.oldest > board.head.oldest {
            board.head.oldest = head.oldest
        } else {
            return
        }
        isChanged = true
    }

    /// The newest revision that the log is known to have.
    package mutating func logAdvanced(to head: LogHead) {
        if head.logID != board.head.logID || head.revision > board.head.revision {
            board.head = head
            isChanged = true
        }
    }

    /// A row with this revision was written.
    package mutating func logAdvanced(to revision: Int64) {
        guard revision > board.head.revision else { return }
        board.head.revision = revision
        isChanged = true
    }
}

extension Verdict {
    /// Whether a log that ends with `recorded` must still be told of it: it is one that is recorded, and another than
    /// the log's.
    func isNews(after recorded: Verdict) -> Bool {
        if reason.isLocalOpinion { return false }
        return state != recorded.state || (reason != recorded.reason && state != .up)
    }
}
