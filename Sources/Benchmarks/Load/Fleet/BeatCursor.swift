import NIOCore

/// The heartbeats that one connection sends, in their order: every so many-th service, step by step.
struct BeatCursor {
    private let fleet: Fleet
    private let connection: Int
    private let stride: Int
    private let batch: Int
    private let isFlatOut: Bool
    private let lastStep: Int
    /// Of the first step of all; a sequence only grows.
    private let firstSequence: Int
    private var service: Int
    private var step: Int
    /// Whoever is due waits so long for others to share a call with.
    private static let patience = TimeAmount.milliseconds(50)

    init(
        _ fleet: Fleet,
        connection: Int,
        of stride: Int,
        batch: Int,
        isFlatOut: Bool,
        steps: Range<Int>,
        firstSequence: Int = 1
    ) {
        self.fleet = fleet
        self.connection = connection
        self.stride = stride
        self.batch = batch
        self.isFlatOut = isFlatOut
        service = connection
        step = steps.lowerBound
        lastStep = steps.upperBound
        self.firstSequence = firstSequence
    }

    /// All its steps are made.
    var isOver: Bool { step >= lastStep }

    /// A call of a heartbeat or more.
    struct Call {
        var body: ByteBuffer
        var count = 0
        /// Those of its services that are to die.
        var mortals: [Int] = []
        /// Of the one that waited longest.
        var due: NIODeadline
    }

    /// When the next call is to be made.
    var nextDue: NIODeadline {
        isFlatOut || batch == 1 ? fleet.due(service, step: step) : fleet.due(service, step: step) + Self.patience
    }

    /// The heartbeats that are due; nil while too few are.
    mutating func next(at now: NIODeadline, _ allocator: ByteBufferAllocator) -> Call? {
        guard !isOver, isFlatOut || nextDue <= now || isFull(at: now) else { return nil }
        var call = Call(
            body: allocator.buffer(capacity: 256 * min(batch, 1_024)),
            due: isFlatOut ? now : fleet.due(service, step: step)
        )
        call.body.writeStaticString("{\"heartbeats\":[")
        var looked = 0
        while call.count < batch, looked < fleet.count / stride + 1, !isOver,
            isFlatOut || fleet.due(service, step: step) <= now
        {
            if !fleet.isSilent(service, at: now) {
                if call.count > 0 { call.body.writeStaticString(",") }
                fleet.write(service, sequence: firstSequence + step, to: &call.body)
                call.count += 1
                if fleet.isMortal(service) { call.mortals.append(service) }
            }
            looked += 1
            service += stride
            if service >= fleet.count {
                service = connection
                step += 1
            }
        }
        call.body.writeStaticString("]}")
        return call.count > 0 ? call : nil
    }

    /// Whether a call would be full by now: the one that is a batch ahead is due.
    private func isFull(at now: NIODeadline) -> Bool {
        let ahead = service + stride * (batch - 1)
        return ahead < fleet.count && fleet.due(ahead, step: step) <= now
    }
}
