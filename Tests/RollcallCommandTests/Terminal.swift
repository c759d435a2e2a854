import Glibc
import Testing

/// A terminal without a person: what is pressed reaches the foreground process group of whoever has opened it.
final class Terminal: Sendable {
    private let descriptor: Int32
    /// Where a process opens it; one that leads a session without a terminal gets it as its own.
    let path: String

    init() throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(descriptor >= 0)
        var isLocked: Int32 = 0
        try #require(ioctl(descriptor, Self.setLock, &isLocked) == 0)
        var number: Int32 = 0
        try #require(ioctl(descriptor, Self.getNumber, &number) == 0)
        path = "/dev/pts/\(number)"
    }

    /// `TIOCSPTLCK` and `TIOCGPTN`, ioctl_tty(2): what unlockpt(3) and ptsname(3) are made of.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    deinit {
        close(descriptor)
    }

    func pressControlC() {
        var key: UInt8 = 3
        write(descriptor, &key, 1)
    }
}
