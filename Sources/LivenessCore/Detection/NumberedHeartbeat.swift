/// A heartbeat that names its service as an answer has told it: by its record and the number of its incarnation.
///
/// It states nothing else: its service is as an earlier heartbeat said.
package struct NumberedHeartbeat: Sendable {
    package var uuid: ServiceUUID
    /// 1 or more: a service that uses no incarnations cannot beat so.
    package var number: UInt32
    package var sequence: UInt64
    /// Whoever sent it may beat for every service.
    package var isTrusted: Bool
    /// It asks for an answer, and so is told what is new.
    package var isAnswered: Bool

    package init(uuid: ServiceUUID, number: UInt32, sequence: UInt64, isTrusted: Bool, isAnswered: Bool) {
        self.uuid = uuid
        self.number = number
        self.sequence = sequence
        self.isTrusted = isTrusted
        self.isAnswered = isAnswered
    }
}
