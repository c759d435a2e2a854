/// Heartbeats in a SQL table: what the database driver needs of a store.
package protocol HeartbeatTable: Sendable {
    /// Writes a flush in one transaction: renewals, this daemon's `flush_count` and its `last_seen`.
    ///
    /// A renewal touches its row only while that incarnation is current, not left and not deleted; the rows it did not
    /// touch are news and come back as they are.
    func flush(_ flush: HeartbeatFlush) async throws(StoreError) -> FlushResult

    /// What other daemons flushed after the given counts, and everybody's counts now, in one snapshot.
    ///
    /// `seen` holds, per daemon id, the flush count up to which its heartbeats are known; daemons that are not named
    /// are new. The caller's own id is left out of the changes.
    func observe(after seen: [String: Int64], as daemon: String) async throws(StoreError) -> HeartbeatObservation

    /// The same of these services alone, in one batched read: what *Judging* asks for, as often as it needs to.
    ///
    /// Without ids, only who else writes to the table.
    func look(
        at ids: [Int64],
        after seen: [String: Int64],
        as daemon: String
    ) async throws(StoreError) -> HeartbeatObservation
}

/// What one flush carries.
///
/// At most one renewal per service and worker: the last one wins.
package struct HeartbeatFlush: Sendable {
    package var daemon: String
    /// One more than the flush before.
    ///
    /// The table counts on by itself from a count that is not newer than the one it holds: a flush that is repeated
    /// because its answer was lost must be seen by those who saw the first.
    package var count: Int64
    package var at: Timestamp
    package var renewals: [HeartbeatRenewal]
    /// For services with several workers, beside the service's own renewal.
    package var workers: [WorkerRenewal]
    /// Everything that was heard before the flush began is written with this one.
    ///
    /// Until then the daemon's count stands still (its stamp moves), so that who sees the count move twice knows that
    /// all is there that was heard before the first time.
    package var isLast: Bool

    package init(
        daemon: String,
        count: Int64,
        at: Timestamp,
        renewals: [HeartbeatRenewal],
        workers: [WorkerRenewal],
        isLast: Bool = true
    ) {
        self.daemon = daemon
        self.count = count
        self.at = at
        self.renewals = renewals
        self.workers = workers
        self.isLast = isLast
    }
}

/// A service heard since the last flush.
package struct HeartbeatRenewal: Hashable, Sendable {
    package var serviceID: Int64
    /// Its dense number on the board of the daemon that heard it.
    package var service: UInt32
    /// The fencing token of the incarnation heard; 0 where none is used.
    ///
    /// For a service with several workers, the highest of its current ones (the number in the service's row).
    package var incarnationNumber: Int64
    package var lastSeenUp: Timestamp
    /// Heartbeats since the last flush.
    package var beats: Int32
    package var sequence: UInt64?

    package init(
        serviceID: Int64,
        service: UInt32,
        incarnationNumber: Int64,
        lastSeenUp: Timestamp,
        beats: Int32,
        sequence: UInt64?
    ) {
        self.serviceID = serviceID
        self.service = service
        self.incarnationNumber = incarnationNumber
        self.lastSeenUp = lastSeenUp
        self.beats = beats
        self.sequence = sequence
    }
}

/// A worker of a service with several, heard since the last flush.
package struct WorkerRenewal: Hashable, Sendable {
    package var serviceID: Int64
    package var worker: String
    package var number: Int64
    package var lastSeenUp: Timestamp
    package var sequence: UInt64?

    package init(serviceID: Int64, worker: String, number: Int64, lastSeenUp: Timestamp, sequence: UInt64?) {
        self.serviceID = serviceID
        self.worker = worker
        self.number = number
        self.lastSeenUp = lastSeenUp
        self.sequence = sequence
    }
}

/// What became of a flush.
package struct FlushResult: Sendable {
    /// The services whose renewal touched no row, as they are now; a service that is gone altogether is in `missing`.
    package var news: [ServiceRecord]
    package var missing: [Int64]
    /// The current incarnations of the services in `news`.
    package var incarnations: [IncarnationRecord]
    /// A part of the back end has not taken all that is its own; the driver writes it there when it answers.
    package var isPartial = false

    package init(news: [ServiceRecord], missing: [Int64], incarnations: [IncarnationRecord]) {
        self.news = news
        self.missing = missing
        self.incarnations = incarnations
    }
}

/// One complete look at the table.
package struct HeartbeatObservation: Sendable {
    package var head: LogHead
    /// Every daemon's row, the caller's own included.
    package var daemons: [DaemonRecord]
    /// The brakes that hold.
    package var brakes: [BrakeRecord]
    /// What other daemons flushed since.
    package var changed: [ObservedHeartbeat]

    package init(head: LogHead, daemons: [DaemonRecord], brakes: [BrakeRecord], changed: [ObservedHeartbeat]) {
        self.head = head
        self.daemons = daemons
        self.brakes = brakes
        self.changed = changed
    }
}
