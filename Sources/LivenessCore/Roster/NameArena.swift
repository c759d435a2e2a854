/// The names of services in blocks of 64 KiB: two length bytes, the host, the binary, and the next one from the next
/// multiple of eight bytes.
///
/// A location counts in those eight bytes. What is written is never changed, so snapshots share the blocks. The name of
/// a service that is forgotten stays until the daemon ends: about 50 bytes each.
package struct NameArena: Sendable {
    private static let blockSize = 1 << 16
    private static let alignment = 8
    /// Of a location: which multiple of eight bytes within its block.
    private static let offsetBits: UInt32 = 13
    /// The two lengths.
    private static let headSize = 2
    private var blocks: [[UInt8]] = []

    package init() {}

    /// Stores a name of at most 255 + 255 bytes and answers where; locations are below 2^`NamePlace.locationBits`.
    ///
    /// nil when 2 GiB of names are stored.
    package mutating func append(host: some Collection<UInt8>, binary: some Collection<UInt8>) -> UInt32? {
        guard host.count <= 255, binary.count <= 255 else { return nil }
        let needed = Self.headSize + host.count + binary.count
        if (blocks.last?.count ?? Self.blockSize) + needed > Self.blockSize {
            guard blocks.count < 1 << (NamePlace.locationBits - Int(Self.offsetBits)) else { return nil }
            var block: [UInt8] = []
            block.reserveCapacity(Self.blockSize)
            blocks.append(block)
        }
        let last = blocks.count - 1
        let offset = blocks[last].count
        blocks[last].append(UInt8(host.count))
        blocks[last].append(UInt8(binary.count))
        blocks[last].append(contentsOf: host)
        blocks[last].append(contentsOf: binary)
        let end = blocks[last].count
        blocks[last].append(contentsOf: repeatElement(0, count: -end & (Self.alignment - 1)))
        return UInt32(last << Int(Self.offsetBits) | offset / Self.alignment)
    }

    @inline(__always)
    private static func block(_ location: UInt32) -> Int { Int(location &>> offsetBits) }

    @inline(__always)
    private static func offset(_ location: UInt32) -> Int {
        Int(location & ((1 &<< offsetBits) &- 1)) &* alignment
    }

    /// The last byte of the name stored there.
    @inline(__always)
    package func lastByte(at location: UInt32) -> UInt8 {
        Self.lastByte(blocks[Self.block(location)], Self.offset(location))
    }

    @inline(__always)
    private static func lastByte(_ block: [UInt8], _ offset: Int) -> UInt8 {
        let bytes = block.span.bytes
        let host = Int(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
        let binary = Int(bytes.unsafeLoad(fromByteOffset: offset &+ 1, as: UInt8.self))
        return bytes.unsafeLoad(fromByteOffset: offset &+ headSize &+ host &+ binary &- 1, as: UInt8.self)
    }

    /// Where the two parts of the name stored there lie in its block.
    @inline(__always)
    private static func parts(_ block: [UInt8], _ offset: Int) -> (host: Range<Int>, binary: Range<Int>) {
        let begin = offset + headSize
        let middle = begin + Int(block[offset])
        return (begin..<middle, middle..<(middle + Int(block[offset + 1])))
    }

    /// Whether the name stored there is the one in `bytes`.
    @inline(__always)
    package func matches(_ location: UInt32, _ bytes: RawSpan, host: Range<Int>, binary: Range<Int>) -> Bool {
        Self.matches(blocks[Self.block(location)], Self.offset(location), bytes, host: host, binary: binary)
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
        let begin = offset &+ headSize
        return block.equals(begin, bytes, host.lowerBound, host.count)
            && block.equals(begin &+ host.count, bytes, binary.lowerBound, binary.count)
    }

    /// Hands the two parts of the name stored there to `body`, without a copy.
    @inline(__always)
    package func withName<Result>(
        at location: UInt32,
        _ body: (_ host: ArraySlice<UInt8>, _ binary: ArraySlice<UInt8>) -> Result
    ) -> Result {
        let block = blocks[Self.block(location)]
        let parts = Self.parts(block, Self.offset(location))
        return body(block[parts.host], block[parts.binary])
    }

    /// The two parts of the name stored there, without a copy.
    @inline(__always)
    func name(in location: UInt32) -> (host: ArraySlice<UInt8>, binary: ArraySlice<UInt8>) {
        let block = blocks[Self.block(location)]
        let parts = Self.parts(block, Self.offset(location))
        return (block[parts.host], block[parts.binary])
    }

    /// Whether one name comes before the other in a list: by host, then by binary, byte by byte.
    package func precedes(_ one: UInt32, _ other: UInt32) -> Bool {
        let left = blocks[Self.block(one)]
        let right = blocks[Self.block(other)]
        let first = Self.parts(left, Self.offset(one))
        let second = Self.parts(right, Self.offset(other))
        let order = Self.compare(left, first.host, right, second.host)
        return order == 0 ? Self.compare(left, first.binary, right, second.binary) < 0 : order < 0
    }

    /// Negative when the first comes first; of two that begin alike the shorter does.
    private static func compare(
        _ left: [UInt8],
        _ first: Range<Int>,
        _ right: [UInt8],
        _ second: Range<Int>
    ) -> Int {
        let one = left.span.bytes
        let other = right.span.bytes
        let common = min(first.count, second.count)
        var offset = 0
        while offset &+ 8 <= common {
            let word = one.unsafeLoadUnaligned(fromByteOffset: first.lowerBound &+ offset, as: UInt64.self).bigEndian
            let opposite = other.unsafeLoadUnaligned(fromByteOffset: second.lowerBound &+ offset, as: UInt64.self)
                .bigEndian
            if word != opposite { return word < opposite ? -1 : 1 }
            offset &+= 8
        }
        while offset < common {
            let byte = one.unsafeLoad(fromByteOffset: first.lowerBound &+ offset, as: UInt8.self)
            let opposite = other.unsafeLoad(fromByteOffset: second.lowerBound &+ offset, as: UInt8.self)
            if byte != opposite { return byte < opposite ? -1 : 1 }
            offset &+= 1
        }
        return first.count - second.count
    }

    package func name(at location: UInt32) -> ServiceName {
        withName(at: location) { host, binary in
            ServiceName(host: String(decoding: host, as: UTF8.self), binary: String(decoding: binary, as: UTF8.self))
        }
    }

    package func hash(at location: UInt32, _ hasher: NameHasher) -> UInt64 {
        let block = blocks[Self.block(location)]
        let parts = Self.parts(block, Self.offset(location))
        return hasher.name(block.span.bytes, host: parts.host, binary: parts.binary)
    }
}
