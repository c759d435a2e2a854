import LivenessCore
import RollcallWire

/// The date of the time that was written last: most times of a list are of the same day.
struct DateText {
    /// Days since 1970 that `text` holds.
    private var day = Int64.min
    /// `2026-01-31T`.
    private(set) var text = InlineArray<11, UInt8>(repeating: 0)

    /// Makes it the date of that time; answers the microseconds since its midnight.
    @inline(__always)
    mutating func turn(to time: Timestamp) -> Int64 {
        let perDay: Int64 = 86_400_000_000
        var (days, rest) = time.microseconds.quotientAndRemainder(dividingBy: perDay)
        if rest < 0 {
            days -= 1
            rest += perDay
        }
        if days != day { write(time, days) }
        return rest
    }

    @inline(never)
    private mutating func write(_ time: Timestamp, _ days: Int64) {
        day = days
        for (position, byte) in zip(text.indices, WireTime(microseconds: time.microseconds).description.utf8) {
            text[position] = byte
        }
    }
}
