internal import ArgumentParser
internal import RollcallWire

/// A moment as people write it: an instant, or a time from now.
struct Until: ExpressibleByArgument {
    let moment: WireMoment

    init?(argument: String) {
        if let duration = DurationText(argument) {
            moment = .after(duration.seconds)
        } else if let time = WireTime(argument) {
            moment = .at(time)
        } else {
            return nil
        }
    }
}
