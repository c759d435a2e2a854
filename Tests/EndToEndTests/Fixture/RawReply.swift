import Foundation

/// A reply as it came over a connection.
struct RawReply: Sendable {
    var status: Int
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func document<Document: Decodable>(_ type: Document.Type) throws -> Document {
        try JSONDecoder().decode(type, from: Data(body))
    }

    /// The first reply in what was received and how many bytes it takes; nil until it is whole.
    static func parse(_ bytes: [UInt8]) -> (reply: RawReply, length: Int)? {
        guard let head = end(of: "\r\n\r\n", in: bytes, from: 0) else { return nil }
        let lines = String(decoding: bytes[..<head], as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        var length = 0
        for line in lines.dropFirst() {
            let field = line.lowercased()
            if field.hasPrefix("transfer-encoding: chunked") { return chunked(bytes, from: head, status) }
            guard field.hasPrefix("content-length:") else { continue }
            length = Int(field.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) ?? 0
        }
        guard bytes.count >= head + length else { return nil }
        return (RawReply(status: status, body: Array(bytes[head..<(head + length)])), head + length)
    }

    private static func chunked(_ bytes: [UInt8], from head: Int, _ status: Int) -> (RawReply, Int)? {
        var body: [UInt8] = []
        var position = head
        while let data = end(of: "\r\n", in: bytes, from: position) {
            let size = String(decoding: bytes[position..<(data - 2)], as: UTF8.self)
            guard let count = Int(size, radix: 16), bytes.count >= data + count + 2 else { return nil }
            position = data + count + 2
            if count == 0 { return (RawReply(status: status, body: body), position) }
            body += bytes[data..<(data + count)]
        }
        return nil
    }

    /// The position behind the first such text.
    private static func end(of text: String, in bytes: [UInt8], from start: Int) -> Int? {
        let pattern = Array(text.utf8)
        guard bytes.count >= start + pattern.count else { return nil }
        for position in start...(bytes.count - pattern.count)
        where bytes[position] == pattern[0] && bytes[position..<(position + pattern.count)].elementsEqual(pattern) {
            return position + pattern.count
        }
        return nil
    }
}
