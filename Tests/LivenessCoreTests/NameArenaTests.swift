import LivenessCore
import Testing

@Suite("The arena of names")
struct NameArenaTests {
    @Test("a name matches itself and no other that differs in one byte or in its length", arguments: 0...24)
    func matching(count: Int) throws {
        var arena = NameArena()
        let host = (0..<count).map { UInt8(97 + $0 % 26) }
        let binary = Array("nova-compute".utf8)
        let appended = arena.append(host: host, binary: binary, number: 0x0123_4567)
        let location = try #require(appended)
        #expect(arena.number(at: location) == 0x0123_4567)
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
            let location = arena.append(host: "host-\(number)".utf8, binary: "b".utf8, number: UInt32(number))
            return try #require(location)
        }
        for (number, location) in locations.enumerated() {
            #expect(arena.number(at: location) == UInt32(number))
            #expect(arena.name(at: location) == ServiceName(host: "host-\(number)", binary: "b"))
        }
    }
}
