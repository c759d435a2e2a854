/// Why a verdict is what it is, and what would change it.
package struct Explanation: Hashable, Sendable {
    /// One fact the verdict rests on.
    package struct Evidence: Hashable, Sendable {
        /// A stable word, such as `last_heard`.
        package var fact: String
        /// A sentence for people.
        package var text: String

        package init(_ fact: String, _ text: String) {
            self.fact = fact
            self.text = text
        }
    }

    package var verdict: Verdict
    package var since: Timestamp
    package var evidence: [Evidence]
    /// Sentences: what would make it another.
    package var changesWhen: [String]
}

extension LivenessMachine {
    /// Explains the verdict on a service; nil when there is none of that number.
    package func explanation(of service: UInt32, at now: Instant) -> Explanation? {
        guard Int(service) < board.count, board.isListed(service) else { return nil }
        let standing = board.standings[Int(service)]
        return Explanation(
            verdict: standing.verdict,
            since: standing.since,
            evidence: evidence(of: service, at: now),
            changesWhen: changes(of: service, at: now)
        )
    }

    private func evidence(of service: UInt32, at now: Instant) -> [Explanation.Evidence] {
        let row = rows[Int(service)]
        let card = board.cards[Int(service)]
        let extras = board.extras[service]
        var evidence: [Explanation.Evidence] = []
        if let forced = extras?.forcedDown {
            evidence.append(.init("forced_down", "an operator forced it down" + Self.details(of: forced)))
        }
        if row.flags.contains(.left) { evidence.append(.init("left", "every worker of it has left")) }
        if row.flags.contains(.failed) {
            let message = extras?.failure?.message.map { ": \($0)" } ?? ""
            evidence.append(.init("reported_failed", "its agent reported it failed\(message)"))
        }
        evidence.append(hearing(of: service, at: now))
        evidence.append(
            .init(
                "down_time",
                "its down time is \(Self.seconds(row.downDuration))"
                    + (card.interval == 0 ? "" : ", its report_interval \(Self.seconds(card.reportInterval))")
            )
        )
        if !sessions.isEmpty, holdsSession(service, sessions) {
            evidence.append(.init("session", "it holds a session of its own in the driver's back end"))
        }
        if isUnanswered(service) {
            evidence.append(.init("answer_held", "an answer to it is held up: it is not judged meanwhile"))
        }
        for period in blind.periods where period.ended > row.heardAt {
            let length = Self.seconds(period.ended - period.began)
            evidence.append(
                .init(period.cause.word, "this daemon could not see for \(length), which counts against nobody")
            )
        }
        if health.lostSince != nil {
            evidence.append(.init("backend_lost", "the back end of the liveness driver does not answer"))
        }
        if !parts.isEmpty, parts.isUnseen(service) {
            let names = parts.missing(service).joined(separator: ", ")
            evidence.append(
                .init("backend_lost", "the part of the back end that would show it does not answer: \(names)")
            )
        }
        if let doubt = memoryDoubt(of: service, row, at: now) {
            evidence.append(.init(doubt.reason.word, Self.text(of: doubt.reason)))
        }
        if let brake = brake(on: service) {
            let counts = "\(brake.silent) of \(brake.members)"
            evidence.append(
                .init("mass_failure", "the brake holds \(brake.scope): \(counts) of its services fell silent at once")
            )
        }
        for daemon in silentDaemons(for: service, at: now) {
            let silence = Self.seconds(now - daemon.lastSeen)
            evidence.append(
                .init(
                    "reporter_lost",
                    "daemon \(daemon.id) has not left and is silent for \(silence): it may hold heartbeats"
                )
            )
        }
        if let lost = lostRelay(of: service, row, at: now) { evidence.append(.init("reporter_lost", lost)) }
        if let other = doubtsOfOthers[service], now < other {
            evidence.append(.init("reporter_lost", "another daemon has recorded that the relay of it is lost"))
        }
        for shadow in shadows {
            guard let conflict = shadow.conflicts[service], conflict.isCounted else { continue }
            let shown = shadow.lastShown(service).map { Self.seconds(now - $0) } ?? "never"
            evidence.append(
                .init(
                    "shadow_disagrees",
                    "the driver \(shadow.driver), which does not decide, calls it \(conflict.opinion.word): "
                        + "it last showed it to live \(shown) ago"
                )
            )
        }
        for worker in extras?.workers ?? [] {
            evidence.append(
                .init("worker", "worker \(worker.worker) (number \(worker.number)) is \(worker.state.word)")
            )
        }
        return evidence
    }

    /// What a back end that cannot be relied on has done.
    private static func text(of doubt: Reason) -> String {
        switch doubt {
        case .backendRestarted: "the back end was emptied: its heartbeats since are still to come"
        case .backendLost:
            "the part of the back end that would show it was away: its heartbeats since are still to come"
        default: "the back end drops what it should keep, and holds nothing of it"
        }
    }

    private func hearing(of service: UInt32, at now: Instant) -> Explanation.Evidence {
        let row = rows[Int(service)]
        if row.flags.contains(.neverHeard) { return .init("never_heard", "no daemon ever heard it") }
        if row.flags.contains(.elsewhere) {
            return .init("last_heard", "another daemon heard it, as seen here \(Self.seconds(now - row.heardAt)) ago")
        }
        if row.flags.contains(.heard) {
            let way = relays.relay(of: service).map { ", through the relay on \(Self.text($0.host))" } ?? ""
            return .init("last_heard", "this daemon last heard it \(Self.seconds(now - row.heardAt)) ago\(way)")
        }
        return .init("last_heard", "this daemon has not heard it since it started")
    }

    /// What is known of a relay whose absence explains the silence of a service, or would at its deadline.
    private func lostRelay(of service: UInt32, _ row: RosterRow, at now: Instant) -> String? {
        guard let relay = relays.relay(of: service), relayDoubt(of: service, row, at: now) != nil else { return nil }
        let counts = "\(relay.memberCount) of the \(relay.countAtLastCall) services on other hosts"
        return "the relay on \(Self.text(relay.host)) last called \(Self.seconds(now - relay.lastCall)) ago: "
            + "\(counts) that it reported for were heard in no other way since"
    }

    private static func text(_ host: [UInt8]) -> String { String(decoding: host, as: UTF8.self) }

    private func changes(of service: UInt32, at now: Instant) -> [String] {
        let row = rows[Int(service)]
        let deadline = blind.deadline(row)
        let left = Self.seconds(max(.zero, deadline - now))
        let verdict = board.standings[Int(service)].verdict
        switch (verdict.state, verdict.reason) {
        case (_, .forcedDown):
            let until = board.extras[service]?.forcedDown?.until
            let expiry = until.map { "the forced down expires, in \(Self.seconds(max(.zero, $0 - wallNow)))" }
            return [expiry].compactMap { $0 } + ["an operator clears the forced down"]
        case (_, .left):
            return incarnationHash(of: service) == 0
                ? ["a heartbeat arrives: it is up"]
                : ["a new incarnation of it sends a heartbeat: it is up"]
        case (.up, .session):
            return ["its session ends: it is down (session_expired)", "it leaves, or is reported failed"]
        case (.up, _):
            return [
                "no heartbeat arrives for \(left): it is down (heartbeat_missed)", "it leaves, or is reported failed",
            ]
        case (.down, _):
            return ["a newer heartbeat arrives: it is up"]
        case (.unknown, .backendLost):
            return ["a heartbeat arrives: it is up", "the back end answers again: it is judged"]
        case (.unknown, .reporterLost):
            let end = doubtOfReporters(of: service, row, at: now).map { Self.seconds($0 - now) } ?? "a moment"
            let sentences = [
                "a heartbeat arrives, here or at another daemon: it is up", "\(end) pass without one: it is down",
            ]
            guard let relay = relays.relay(of: service) else { return sentences }
            let most = Int((settings.brake.fraction * Double(relay.countAtLastCall)).rounded(.down))
            return sentences + [
                "no more than \(most) of those that the relay on \(Self.text(relay.host)) reported for are silent: it is down",
                "the relay calls again: it is judged within two of its report_intervals",
            ]
        case (.unknown, .massFailure):
            let end = brakes.brake(on: board.profile(of: service)).map { brake in
                Self.seconds(max(.zero, settings.brake.maxHold - (now - brake.since)))
            }
            return [
                "a heartbeat arrives: it is up",
                "enough of the others are heard again, an operator releases the brake, or \(end ?? "a moment") pass: "
                    + "it is judged",
            ]
        case (.unknown, .neverReported) where row.flags.contains(.imported):
            return ["a heartbeat arrives: it is up"]
        case (.unknown, _):
            return ["a heartbeat arrives: it is up", "no heartbeat arrives for \(left): it is down (heartbeat_missed)"]
        }
    }

    private static func details(of forced: ForcedDown) -> String {
        let by = forced.by.map { " (\($0))" } ?? ""
        let reason = forced.reason.map { ": \($0)" } ?? ""
        return by + reason
    }

    /// Seconds with one decimal, for people.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = duration.clampedNanoseconds / 100_000_000
        return "\(tenths / 10).\(abs(tenths % 10)) s"
    }
}
