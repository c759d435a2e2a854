extension Range<Int> {
    /// The range in parts of at most `size`: what is done under a lock is done in parts, so that heartbeats never wait
    /// for long.
    func slices(of size: Int) -> some Sequence<Range<Int>> {
        stride(from: lowerBound, to: upperBound, by: size).lazy.map { $0..<Swift.min($0 + size, upperBound) }
    }
}
