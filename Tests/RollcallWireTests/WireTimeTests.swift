import RollcallWire
import Testing

@Suite("Times on the wire")
struct WireTimeTests {
    @Test(
        "a time is written as RFC 3339 with microseconds and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_795_229_999_123_456, "2026-11-21T02:59:59.123456Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)]
    )
    func written(microseconds: Int64, text: String) {
        #expect(WireTime(microseconds: microseconds).description == text)
        #expect(WireTime(text)?.microseconds == microseconds)
    }

    @Test("any time of the years 0 to 9999 survives being written and read", arguments: UInt64(1)...20)
    func survives(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        for _ in 0..<500 {
            // SplitMix64: a generator whose whole state is the seed.
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            let span = UInt64(253_402_300_799_999_999 + 62_167_219_200_000_000)
            let time = WireTime(microseconds: Int64((mixed ^ (mixed >> 31)) % span) - 62_167_219_200_000_000)
            #expect(WireTime(time.description) == time, "seed \(seed)")
        }
    }

    @Test(
        "other spellings of RFC 3339 are read",
        arguments: [
            ("2026-11-21T02:59:59Z", "2026-11-21T02:59:59.000000Z"),
            ("2026-11-21 02:59:59.5z", "2026-11-21T02:59:59.500000Z"),
            ("2026-11-21t04:59:59.123456789+02:00", "2026-11-21T02:59:59.123456Z"),
            ("2026-11-20T23:29:59-03:30", "2026-11-21T02:59:59.000000Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ]
    )
    func spellings(text: String, meant: String) {
        #expect(WireTime(text)?.description == meant)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "2026", "2026-11-21", "2026-11-21T02:59:59", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T02:60:00Z", "2026-11-21T02:59:61Z",
            "2026-11-21T02:59:59.Z", "2026-11-21T02:59:59+2:00", "2026-11-21T02:59:59+24:00",
            "2026-11-21T02:59:59ZZ", "-026-11-21T02:59:59Z", "２０２６-11-21T02:59:59Z", " 2026-11-21T02:59:59Z",
            "2026-11-21T02:59:59." + String(repeating: "1", count: 1_000_000) + "Z",
        ]
    )
    func refused(text: String) {
        #expect(WireTime(text) == nil)
    }

    @Test("a time outside the years that can be written is written as the nearest")
    func clamped() {
        #expect(WireTime(microseconds: .max).description == "9999-12-31T23:59:59.999999Z")
        #expect(WireTime(microseconds: .min).description == "0000-01-01T00:00:00.000000Z")
    }
}
