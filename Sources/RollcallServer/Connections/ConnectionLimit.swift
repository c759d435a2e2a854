import Glibc

/// How many connections are open at most.
///
/// Above the limit of file descriptors `accept` fails and its event loop spins (findings): so the limit is below it,
/// with room for the database, its log and whatever else the process opens.
enum ConnectionLimit {
    private static let reserved = 128

    static var ofProcess: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 512 }
        let files = Int(clamping: limit.rlim_cur)
        return max(files - reserved, files / 2, 1)
    }
}
