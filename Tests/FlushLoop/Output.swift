#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Hands what was printed to the reader at once.
func flushOutput() {
    fflush(nil)
}
