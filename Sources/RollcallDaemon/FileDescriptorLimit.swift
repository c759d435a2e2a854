import Glibc
import Logging

/// How many files and sockets the process may have open.
enum FileDescriptorLimit {
    /// Raises the soft limit to the hard one.
    ///
    /// Each agent holds a connection; at the limit new ones wait unread, and who sends over them is not heard.
    static func raise(_ logger: Logger) {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(resource, &limit) == 0 else {
            logger.warning("the limit of open files could not be raised", metadata: ["errno": "\(errno)"])
            return
        }
    }
}
