import Glibc

/// The `Date` of a connection's replies, written anew when the second has changed.
struct HTTPDate {
    private var second: time_t = -1
    private var text = ""

    /// Now, as RFC 9110 §5.6.7 has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    mutating func now() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        guard now.tv_sec != second else { return text }
        second = now.tv_sec
        var parts = tm()
        gmtime_r(&second, &parts)
        text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let length = strftime(buffer.baseAddress, buffer.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            return String(decoding: buffer[..<length].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return text
    }
}
