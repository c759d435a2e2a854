import LivenessCore

extension JSONWriter {
    /// A row of the log as `WireTransition` has it.
    mutating func transition(_ row: Transition) {
        raw("{\"revision\":")
        integer(row.revision)
        raw(",\"kind\":")
        word(row.kind.rawValue)
        raw(",\"uuid\":")
        uuid(row.uuid)
        raw(",\"host\":")
        text(row.host)
        raw(",\"binary\":")
        text(row.binary)
        raw(",\"topic\":")
        text(row.topic)
        raw(",\"zone\":")
        text(row.zone)
        raw(",\"from\":")
        state(row.from)
        raw(",\"to\":")
        state(row.to)
        raw(",\"reason\":")
        text(row.reason)
        raw(",\"at\":")
        time(row.at)
        if row.folded > 0 {
            raw(",\"folded\":")
            integer(row.folded)
        }
        raw("}")
    }

    private mutating func state(_ state: LivenessState?) {
        if let state { word(state.word) } else { raw("null") }
    }
}
