import AllocationCount
import LivenessCore
import RollcallServer

/// The bodies of calls with a thousand heartbeats each become batches whose names are hashed.
struct Decoding: Operation {
    private var bodies: [[UInt8]]
    private let services: Int
    private let hasher: NameHasher
    private(set) var flaw: String?

    init(services: Int) {
        self.services = services
        var fleet = RenewingFleet(count: services)
        bodies = fleet.bodies()
        hasher = fleet.fleet.machine.board.hasher
    }

    mutating func prepare() {}

    mutating func run() -> Int {
        var decoded = 0
        for body in bodies {
            guard var call = try? HeartbeatScanner.scan(body) else { continue }
            call.batch.seal(hasher)
            decoded += call.batch.count
        }
        if decoded != services { flaw = "\(decoded) were decoded, not \(services)" }
        return services
    }

    /// Goes over the bytes once, eight at a time, and asks of each whether it is one of those that stand between values.
    ///
    /// Like a scanner it keeps the processor's units busy: one that waits for each byte's result would hardly notice who
    /// else uses them.
    func reference() -> Int {
        var sum = 0
        for body in bodies {
            let bytes = body.span.bytes
            for offset in stride(from: 0, to: bytes.byteCount &- 7, by: 8) {
                let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
                sum &+= Self.count(word, 0x2222_2222_2222_2222) &+ Self.count(word, 0x2C2C_2C2C_2C2C_2C2C)
                sum &+= Self.count(word, 0x3A3A_3A3A_3A3A_3A3A) &+ Self.count(word, 0x7B7B_7B7B_7B7B_7B7B)
            }
        }
        keep_value(UInt64(sum))
        return services
    }

    /// How many bytes of a word are those of the other, about.
    @inline(__always)
    private static func count(_ word: UInt64, _ other: UInt64) -> Int {
        let difference = word ^ other
        return ((difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080).nonzeroBitCount
    }
}
