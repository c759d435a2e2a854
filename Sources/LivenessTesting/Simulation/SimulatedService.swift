import LivenessCore

/// One host's service and the processes that run it, one after the other.
struct SimulatedService {
    let host: String
    var isAlive = false
    /// Counts the starts; the name of the incarnation.
    var incarnation = 0
    var sequence: UInt64 = 0
    /// Its dense number in the daemon that runs now.
    var place: UInt32?

    init(number: Int) {
        host = "host-\(number)"
    }

    mutating func start() {
        isAlive = true
        incarnation += 1
        sequence = 0
    }

    func heartbeat(incarnation: Int, sequence: UInt64) -> Heartbeat {
        Heartbeat(host: host, binary: "nova-compute", incarnation: "i\(incarnation)", sequence: sequence)
    }

    func departure(_ manner: Departure.Manner) -> Departure {
        Departure(
            name: ServiceName(host: host, binary: "nova-compute"),
            worker: "",
            incarnation: "i\(incarnation)",
            manner: manner
        )
    }
}
