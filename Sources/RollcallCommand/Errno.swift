internal import Glibc

/// What a call of the system said when it failed.
struct Errno: Error, CustomStringConvertible {
    let code: Int32

    var description: String { String(cString: strerror(code)) }
}
