extension RawSpan {
    /// Whether `count` bytes from `first` on are those of another span from `second` on, eight at a time.
    @inline(__always)
    func equals(_ first: Int, _ other: RawSpan, _ second: Int, _ count: Int) -> Bool {
        guard count >= 8 else {
            for offset in 0..<count {
                let left = unsafeLoad(fromByteOffset: first &+ offset, as: UInt8.self)
                let right = other.unsafeLoad(fromByteOffset: second &+ offset, as: UInt8.self)
                if left != right { return false }
            }
            return true
        }
        var offset = 0
        // The last eight bytes may overlap with those before.
        let last = count &- 8
        while true {
            let left = unsafeLoadUnaligned(fromByteOffset: first &+ offset, as: UInt64.self)
            let right = other.unsafeLoadUnaligned(fromByteOffset: second &+ offset, as: UInt64.self)
            if left != right { return false }
            if offset == last { return true }
            offset = min(offset &+ 8, last)
        }
    }
}
