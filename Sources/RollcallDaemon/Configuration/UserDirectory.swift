import Glibc

/// The users of this machine, as its name service knows them.
enum UserDirectory {
    /// Bytes that an entry may take.
    private static let longestEntry = 64 << 10

    /// The id of the user with that name; `nil` where there is none.
    ///
    /// It may ask over the network.
    static func id(of name: String) -> UInt32? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: longestEntry)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_uid
    }
}
