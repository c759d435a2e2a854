import LivenessCore

extension StateAnswer {
    /// The reply to a question about one service: `{"state":…,"reason":…,"age":…}`.
    ///
    /// Without a `reading`, *unknown* is said as it is.
    func reply(reading: UnknownReading?, at now: Instant) -> [UInt8] {
        var json = JSONWriter(capacity: 96)
        json.raw("{")
        write(reading: reading, at: now, to: &json)
        json.raw("}")
        return json.bytes
    }

    /// Writes the fields that say it into an object.
    func write(reading: UnknownReading?, at now: Instant, to json: inout JSONWriter) {
        json.raw("\"state\":")
        json.word(verdict.state(reading: reading).word)
        json.raw(",\"reason\":")
        json.word(verdict.reason.word)
        json.raw(",\"age\":")
        if let lastHeard { json.milliseconds(max(.zero, now - lastHeard)) } else { json.raw("null") }
    }
}
