/// The names of services, byte after byte in blocks of 64 KiB: two length bytes, the host, the binary.
///
/// What is written is never changed, so snapshots share the blocks. The name of a service that is forgotten stays
/// until the daemon ends: about 40 bytes each.
package struct NameArena: Sendable {
    private static let blockSize = 1 << 16
    private var blocks: [[UInt8]] = []

    package init() {}

    /// Stores a name of at most 255 + 255 bytes and answers where; nil when 4 GiB of names are stored.
    package mutating func append(host: some Collection<UInt8>, binary: some Collection<UInt8>) -> UInt32? {
        guard host.count <= 255, binary.count <= 255 else { return nil }
        let needed = 2 + host.count + binary.count
        if (blocks.last?.count ?? Self.blockSize) + needed > Self.blockSize {
            guard blocks.count < 1 << 16 else { return nil }
            var block: [UInt8] = []
            block.reserveCapacity(Self.blockSize)
            blocks.append(block)
        }
        let number = blocks.count - 1
        let offset = blocks[number].count
        blocks[number].append(UInt8(host.count))
        blocks[number].append(UInt8(binary.count))
        blocks[number].append(contentsOf: host)
        blocks[number].append(contentsOf: binary)
        return UInt32(number << 16 | offset)
    }

    /// Whether the name stored there is the one in `bytes`.
    @inline(__always)
    package func matches(_ location: UInt32, _ bytes: RawSpan, host: Range<Int>, binary: Range<Int>) -> Bool {
        Self.matches(blocks[Int(location &>> 16)], Int(location & 0xFFFF), bytes, host: host, binary: binary)
    }

    @inline(__always)
    private static func matches(
        _ stored: [UInt8],
        _ offset: Int,
        _ bytes: RawSpan,
        host: Range<Int>,
        binary: Range<Int>
    ) -> Bool {
        let block = stored.span.bytes
        guard Int(block.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) == host.count,
            Int(block.unsafeLoad(fromByteOffset: offset &+ 1, as: UInt8.self)) == binary.count
        else { return false }
        return equal(block, offset &+ 2, bytes, host.lowerBound, host.count)
            && equal(block, offset &+ 2 &+ host.count, bytes, binary.lowerBound, binary.count)
    }

    @inline(__always)
    private static func equal(
        _ one: RawSpan,
        _ first: Int,
        _ other: RawSpan,
        _ second: Int,
        _ count: Int
    ) -> Bool {
        var offset = 0
        while offset &+ 8 <= count {
            let left = one.unsafeLoadUnaligned(fromByteOffset: first &+ offset, as: UInt64.self)
            let right = other.unsafeLoadUnaligned(fromByteOffset: second &+ offset, as: UInt64.self)
            if left != right { return false }
            offset &+= 8
        }
        while offset < count {
            let left = one.unsafeLoad(fromByteOffset: first &+ offset, as: UInt8.self)
            let right = other.unsafeLoad(fromByteOffset: second &+ offset, as: UInt8.self)
            if left != right { return false }
            offset &+= 1
        }
        return true
    }

    /// Hands the two parts of the name stored there to `body`, without a copy.
    @inline(__always)
    package func withName<Result>(
        at location: UInt32,
        _ body: (_ host: ArraySlice<UInt8>, _ binary: ArraySlice<UInt8>) -> Result
    ) -> Result {
        let block = blocks[Int(location >> 16)]
        let offset = Int(location & 0xFFFF)
        let middle = offset + 2 + Int(block[offset])
        return body(block[(offset + 2)..<middle], block[middle..<(middle + Int(block[offset + 1]))])
    }

    package func name(at location: UInt32) -> ServiceName {
        withName(at: location) { host, binary in
            ServiceName(host: String(decoding: host, as: UTF8.self), binary: String(decoding: binary, as: UTF8.self))
        }
    }

    package func hash(at location: UInt32, _ hasher: NameHasher) -> UInt64 {
        let block = blocks[Int(location >> 16)]
        let offset = Int(location & 0xFFFF)
        let middle = offset + 2 + Int(block[offset])
        let end = middle + Int(block[offset + 1])
        return hasher.name(block.span.bytes, host: (offset + 2)..<middle, binary: middle..<end)
    }
}
