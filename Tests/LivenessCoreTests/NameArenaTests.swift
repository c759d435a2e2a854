import LivenessCore
import Testing

@Suite("The arena of names")
struct NameArenaTests {
    @Test("a name matches itself and no other that differs in one byte or in its length", arguments: 0...24)
    func matching(count: Int) throws {
        var arena = NameArena()
        let host = (0..<count).map { UInt8(97 + $0 % 26) }
        let binary = Array("nova-compute".utf8)
        let appended = arena.append(host: host, binary: binary)
        let location = try #require(appended)
        #expect(arena.lastByte(at: location) == binary.last)
        func matches(_ host: [UInt8], _ binary: [UInt8]) -> Bool {
            let bytes = [1, 2, 3] + host + binary
            let middle = 3 + host.count
            return arena.matches(location, bytes.span.bytes, host: 3..<middle, binary: middle..<bytes.count)
        }
        #expect(matches(host, binary))
        #expect(!matches(host + [97], binary))
        #expect(!matches(host, Array(binary.dropLast())))
        for position in host.indices {
            var other = host
            other[position] ^= 1
            #expect(!matches(other, binary))
        }
        for position in binary.indices {
            var other = binary
            other[position] ^= 1
            #expect(!matches(host, other))
        }
    }

    @Test("a location stays good when the arena goes on to the next block")
    func blocks() throws {
        var arena = NameArena()
        let locations = try (0..<10_000).map { number in
            let location = arena.append(host: "host-\(number)".utf8, binary: "b".utf8)
            return try #require(location)
        }
        for (number, location) in locations.enumerated() {
            #expect(arena.name(at: location) == ServiceName(host: "host-\(number)", binary: "b"))
        }
    }

    @Test("a place is its location and its number again; one that does not fit is refused")
    func places() throws {
        for number in [0, 1, 0x0123_4567 & 0x3FF_FFFF, 0x3FF_FFFE] as [UInt32] {
            let place = try #require(NamePlace(location: 0xFFF_FFFF, number: number))
            #expect(NamePlace(place.value).number == number)
            #expect(NamePlace(place.value).location == 0xFFF_FFFF)
            #expect(place.value < 1 << 54 - 1)
        }
        #expect(NamePlace(location: 0, number: 0x3FF_FFFF) == nil)
        #expect(NamePlace(location: 0x1000_0000, number: 0) == nil)
    }
}
