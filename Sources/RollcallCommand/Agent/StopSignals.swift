internal import Foundation
internal import Glibc
internal import Synchronization

/// SIGTERM, SIGINT and SIGHUP as requests to stop.
///
/// A handler of our own, because only a handler with `SA_SIGINFO` learns who sent a signal (sigaction(2)), and what
/// came from the terminal must not be passed on to those who got it from there as well. The handler writes one byte
/// into a pipe: the signal's number, and the highest bit for the terminal.
enum StopSignals {
    private static let terminalBit: UInt8 = 0x80
    private static let writeEnd = Atomic<Int32>(-1)

    /// The requests from now on, until the process ends.
    ///
    /// - Throws: `Failure` when the process has no file descriptor left.
    static func requests() throws(Failure) -> AsyncStream<StopRequest> {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Failure(status: 1, "signals cannot be received: \(String(cString: strerror(errno)))")
        }
        let readEnd = ends[0]
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        // Nobody sends more than a few; what does not fit says the same again.
        let (requests, feed) = AsyncStream.makeStream(of: StopRequest.self, bufferingPolicy: .bufferingOldest(64))
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(readEnd, &byte, 1)
                if count == 1 {
                    let isFromTerminal = byte & terminalBit != 0
                    let signal = Int32(byte & ~terminalBit)
                    // What a lost terminal means to the agent, a child may take for a wish to read its settings anew.
                    feed.yield(
                        signal == SIGHUP
                            ? StopRequest(signal: SIGTERM, isFromTerminal: false)
                            : StopRequest(signal: signal, isFromTerminal: isFromTerminal)
                    )
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
        handle([SIGTERM, SIGINT, SIGHUP])
        return requests
    }

    private static func handle(_ signals: [Int32]) {
        var action = sigaction()
        action.sa_flags = SA_SIGINFO | SA_RESTART
        action.__sigaction_handler.sa_sigaction = { signal, info, _ in
            // Only what signal-safety(7) allows.
            let error = errno
            let isFromTerminal = info.map { $0.pointee.si_code == StopSignals.sentByKernel } ?? false
            var byte = UInt8(truncatingIfNeeded: signal) | (isFromTerminal ? StopSignals.terminalBit : 0)
            _ = write(StopSignals.writeEnd.load(ordering: .relaxed), &byte, 1)
            errno = error
        }
        // One at a time, so that they are told in the order in which they came.
        sigemptyset(&action.sa_mask)
        for signal in signals { sigaddset(&action.sa_mask, signal) }
        for signal in signals { sigaction(signal, &action, nil) }
    }

    /// `SI_KERNEL`: for SIGINT the kernel is the terminal's driver; kill(1) is `SI_USER`.
    private static let sentByKernel: Int32 = 0x80
}
