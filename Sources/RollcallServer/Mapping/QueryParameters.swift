import Addresses
import Hummingbird
import HummingbirdCore
import LivenessCore
import RollcallWire

/// The parameters of a request's query, decoded; a name may come several times.
///
/// Unknown names are ignored; a known name with a value it cannot have is 400.
struct QueryParameters {
    private var items: [(name: String, value: String)] = []

    init(_ request: Request) throws(APIError) {
        guard let query = request.uri.query else { return }
        guard let decoded = PercentDecoding.parameters(query) else {
            throw APIError.malformed("the query has a '%' that encodes no character")
        }
        items = decoded
    }

    var names: [String] { items.map(\.name) }

    func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    /// The last value of that name.
    subscript(name: String) -> String? { items.last { $0.name == name }?.value }

    /// Whether a switch is on: there, and neither `false` nor `0`.
    func isOn(_ name: String) -> Bool {
        guard let value = self[name] else { return false }
        return value != "false" && value != "0"
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(APIError) -> Int64? {
        guard let text = self[name] else { return nil }
        guard let value = Int64(text), range.contains(value) else {
            throw APIError.malformed(
                "\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)",
                field: name
            )
        }
        return value
    }

    func seconds(_ name: String, in range: ClosedRange<Double>) throws(APIError) -> Duration? {
        guard let text = self[name] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw APIError.malformed(
                "\(name) is not a number of seconds from \(range.lowerBound) to \(range.upperBound)",
                field: name
            )
        }
        return .seconds(value)
    }

    /// How *unknown* is to be read; nil: as it is.
    func unknownReading() throws(APIError) -> UnknownReading? {
        guard let text = self["unknown_as"] else { return nil }
        return try Self.unknownReading(text)
    }

    static func unknownReading(_ text: String) throws(APIError) -> UnknownReading {
        guard let reading = UnknownReading(rawValue: text) else {
            throw APIError.malformed("unknown_as is not last, up or down", field: "unknown_as")
        }
        return reading
    }

    /// The states named; empty for none.
    func states(_ name: String) throws(APIError) -> [LivenessState] {
        var states: [LivenessState] = []
        for word in all(name) {
            guard let state = LivenessState(word: word) else {
                throw APIError.malformed("\(name) is not up, down or unknown", field: name)
            }
            states.append(state)
        }
        return states
    }
}
