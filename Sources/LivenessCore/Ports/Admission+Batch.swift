extension Admission {
    /// What the store is asked about one entry of a batch.
    ///
    /// An interval that the entry does not state is the one its service is told.
    package init(
        _ batch: HeartbeatBatch,
        _ entry: HeartbeatBatch.Entry,
        _ settings: LivenessSettings,
        uuid: ServiceUUID
    ) {
        let name = ServiceName(host: batch.text(entry.host) ?? "", binary: batch.text(entry.binary) ?? "")
        self.init(name: name, worker: batch.text(entry.worker) ?? "", uuid: uuid, daemon: settings.daemon)
        topic = batch.text(entry.topic)
        zone = batch.text(entry.zone)
        version = entry.version < 0 ? nil : entry.version
        incarnation = batch.text(entry.incarnation)
        sequence = entry.sequence == HeartbeatBatch.Entry.noSequence ? nil : entry.sequence
        reportInterval =
            entry.interval > 0
            ? .microseconds(Int64(entry.interval))
            : settings.reportInterval(topic: topic ?? NameRule.defaultTopic(binary: name.binary))
        register = entry.register
        mayCreate = settings.autoRegister
        createsEnabled = settings.enableNewServices
    }
}
