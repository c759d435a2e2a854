import FoundationEssentials
import RollcallWire

/// The heartbeats that a reporter sent, as JSON: what is in them is for the daemon to judge, entry by entry.
struct RelayDocument: Hashable, Sendable {
    var count: Int
    /// Objects with commas between them.
    var bytes: [UInt8]
    var isDurable: Bool

    private struct Many: Decodable {
        var heartbeats: [WireValue]
        var durable: Bool?
    }

    /// Reads the body of `POST /v1/heartbeats`.
    ///
    /// - Throws: 400 for what is no such document, 413 for one with too many heartbeats.
    static func many(_ body: [UInt8]) throws(RelayRefusal) -> RelayDocument {
        let document: Many
        do {
            document = try WireJSON.decode(Many.self, from: Data(body))
        } catch {
            throw .malformed("the document cannot be read: expected {\"heartbeats\":[…]}")
        }
        guard document.heartbeats.count <= WireLimits.heartbeatsPerCall else { throw .tooLarge }
        return try RelayDocument(document.heartbeats, isDurable: document.durable ?? false)
    }

    /// Reads the body of a single heartbeat, which may be empty; the path names its service.
    ///
    /// - Throws: 400 for what is no such document.
    static func one(_ body: [UInt8], host: String, binary: String) throws(RelayRefusal) -> RelayDocument {
        var fields: [String: WireValue] = [:]
        if !body.isEmpty {
            do {
                fields = try WireJSON.decode([String: WireValue].self, from: Data(body))
            } catch {
                throw .malformed("the document cannot be read: expected an object, or nothing")
            }
        }
        fields["host"] = .string(host)
        fields["binary"] = .string(binary)
        var isDurable = false
        switch fields.removeValue(forKey: "durable") {
        case nil, .null?: break
        case .bool(let value)?: isDurable = value
        default: throw .malformed("durable is not true or false")
        }
        return try RelayDocument([.object(fields)], isDurable: isDurable)
    }

    private init(_ heartbeats: [WireValue], isDurable: Bool) throws(RelayRefusal) {
        count = heartbeats.count
        self.isDurable = isDurable
        do {
            // Without the brackets.
            bytes = Array(try WireJSON.encode(heartbeats).dropFirst().dropLast())
        } catch {
            throw .malformed("a number cannot be written as JSON")
        }
    }
}
