import CAllocator

/// How the allocator of the C library keeps memory for the next request.
enum Allocator {
    /// Keeps what a request body took for the next one, instead of giving its pages back each time.
    ///
    /// A body may have 4 MiB and is collected in buffers that double, so the largest has 8. By default glibc maps
    /// anything over 128 KiB anew and unmaps it afterwards: half of what a body of 1 MB costs, and its page faults
    /// delay the loop that reads heartbeats. Measured: 2.4 and 1.2 ms of CPU for such a body. See `mallopt(3)`.
    static func keepRequestBodies() {
        mallopt(M_MMAP_THRESHOLD, 8 << 20)
        mallopt(M_TRIM_THRESHOLD, 16 << 20)
    }
}
