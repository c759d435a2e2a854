extension ServiceRecord {
    /// A record made by an operator's word: nobody has heard it yet.
    package init(_ draft: ServiceDraft, at: Timestamp) {
        let topic = draft.topic ?? NameRule.defaultTopic(binary: draft.name.binary)
        self.init(
            id: 0,
            uuid: draft.uuid,
            name: draft.name,
            topic: topic,
            zone: NameRule.defaultZone(topic: topic),
            createdAt: at
        )
        operatorZone = draft.zone
        isDisabled = draft.isDisabled
        disabledReason = draft.isDisabled ? draft.disabledReason : nil
    }

    /// The row `created` of this record: from nothing to the state it begins with; at another time than it was created
    /// where it comes from another system.
    package func creation(revision: Int64, at: Timestamp? = nil) -> Transition {
        transition(
            .created,
            from: nil,
            to: recorded.state,
            reason: recorded.reason.word,
            revision: revision,
            at: at ?? createdAt
        )
    }

    /// The row `updated`, after an edit of those fields.
    package func update(of fields: String, revision: Int64, at: Timestamp) -> Transition {
        transition(.updated, from: nil, to: nil, reason: fields, revision: revision, at: at)
    }

    /// The row `deleted`, which says in what state the record went.
    package func deletion(revision: Int64, at: Timestamp) -> Transition {
        transition(.deleted, from: recorded.state, to: nil, reason: "deleted", revision: revision, at: at)
    }

    /// A row of the log about this record.
    package func transition(
        _ kind: Transition.Kind,
        from: LivenessState?,
        to: LivenessState?,
        reason: String,
        revision: Int64,
        at: Timestamp
    ) -> Transition {
        Transition(
            revision: revision,
            kind: kind,
            uuid: uuid,
            host: host,
            binary: binary,
            topic: topic,
            zone: zone,
            from: from,
            to: to,
            reason: reason,
            at: at
        )
    }
}

extension Transition {
    /// The row `daemon` of such an event.
    package init(_ event: DaemonEvent, revision: Int64) {
        self.init(
            revision: revision,
            kind: .daemon,
            uuid: event.uuid,
            host: event.host,
            binary: "rollcalld",
            topic: event.topic,
            zone: event.zone,
            from: nil,
            to: nil,
            reason: event.kind.rawValue,
            at: event.at
        )
    }
}
