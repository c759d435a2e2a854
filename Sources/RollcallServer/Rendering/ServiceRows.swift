import Hummingbird
import HummingbirdCore
import LivenessCore
import NIOCore

/// Writes one service of a list.
protocol ServiceRowWriter: Sendable {
    mutating func write(_ service: UInt32, to writer: inout JSONWriter)
}

/// A list of services, rendered in pieces while it is sent: it is never whole in memory.
struct ServiceRows<Writer: ServiceRowWriter>: Sendable {
    /// Bytes of a piece: a quarter of a millisecond of work off the event loop, so that the way there and back is little
    /// beside it.
    private static var pieceSize: Int { 256 << 10 }
    /// Room for the row that goes beyond a piece.
    private static var rowSize: Int { 2 << 10 }

    private let numbers: [UInt32]
    private var writer: Writer
    private let begin: StaticString
    private let end: [UInt8]
    private var position = 0
    private var isOver = false

    /// - Parameters:
    ///   - numbers: The services, in the order of the list.
    ///   - writer: Writes each.
    ///   - begin: What comes before the first.
    ///   - end: What comes after the last.
    init(_ numbers: [UInt32], writer: Writer, begin: StaticString, end: [UInt8]) {
        self.numbers = numbers
        self.writer = writer
        self.begin = begin
        self.end = end
    }

    var body: ResponseBody {
        ResponseBody { output in
            var rest = self
            while !rest.isOver {
                let current = rest
                let (bytes, next) = await OffLoop.run {
                    var rows = current
                    return (rows.next(), rows)
                }
                rest = next
                try await output.write(bytes)
            }
            try await output.finish(nil)
        }
    }

    /// The next piece; the last one ends the document.
    private mutating func next() -> ByteBuffer {
        var json = JSONWriter(capacity: Self.pieceSize + Self.rowSize)
        if position == 0 { json.raw(begin) }
        while position < numbers.count, json.count < Self.pieceSize {
            if position > 0 { json.raw(",") }
            writer.write(numbers[position], to: &json)
            position += 1
        }
        if position >= numbers.count {
            json.raw(end)
            isOver = true
        }
        return ByteBuffer(bytes: json.bytes)
    }
}
