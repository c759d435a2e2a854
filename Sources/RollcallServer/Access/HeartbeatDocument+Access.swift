import LivenessCore

extension HeartbeatDocument {
    /// The document in which heartbeats that somebody may not send have a flaw, entry by entry; `refused` is told of them.
    func admitted(_ identity: Identity, refused: (String) -> Void) -> HeartbeatDocument {
        if identity.roles.contains(.operator) { return self }
        var document = self
        var refusals: [HeartbeatBatch.FlawMessage] = []
        for position in batch.entries.indices where batch.entries[position].flaw == nil {
            let entry = batch.entries[position]
            let (host, binary) = (batch.bytes[entry.host.range], batch.bytes[entry.binary.range])
            let isTheirs = identity.mayReport(host: host, binary: binary)
            if isTheirs, identity.mayPlace(topic: batch.bytes[entry.topic.range], zone: batch.bytes[entry.zone.range]) {
                continue
            }
            document.batch.entries[position].flaw = .forbidden
            var refusal = identity.refusal(
                host: String(decoding: host, as: UTF8.self),
                binary: String(decoding: binary, as: UTF8.self)
            )
            if isTheirs { refusal += " in this topic and zone" }
            refusals.append(HeartbeatBatch.FlawMessage(position: position, text: refusal))
        }
        guard let first = refusals.first else { return self }
        document.batch.flawMessages = (batch.flawMessages + refusals).sorted { $0.position < $1.position }
        refused(refusals.count == 1 ? first.text : "\(first.text), and \(refusals.count - 1) more")
        return document
    }
}

extension Identity {
    /// Why it may not beat for a service.
    func refusal(host: String, binary: String) -> String { "\(name) may not report \(binary) on \(host)" }
}
