internal import ArgumentParser

/// A duration as people write it: `500ms`, `10s`, `2m`, `1h`, `30d`.
struct DurationText: Hashable, Sendable {
    var seconds: Double

    var duration: Duration { .seconds(seconds) }

    init?(_ text: String) {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let number = text.dropLast(unit.suffix.count)
        guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let value = Double(number), value * unit.seconds <= 1e9
        else { return nil }
        seconds = value * unit.seconds
    }
}

extension DurationText: ExpressibleByArgument {
    init?(argument: String) {
        self.init(argument)
    }
}
