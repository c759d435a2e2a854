import LivenessTesting
import Testing

@testable import LivenessCore

@Suite("Identities")
struct ServiceUUIDTests {
    private static let text = "01234567-89ab-4cde-8f01-23456789abcd"

    @Test("what is written is read again, in either case where that is meant")
    func read() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1_000 {
            let uuid = ServiceUUID(high: random.next(), low: random.next())
            #expect(ServiceUUID(uuid.description) == uuid)
            #expect(ServiceUUID(canonical: uuid.description) == uuid)
            #expect(ServiceUUID(uuid.description.uppercased()) == uuid)
        }
        #expect(ServiceUUID(Self.text) == ServiceUUID(high: 0x0123_4567_89AB_4CDE, low: 0x8F01_2345_6789_ABCD))
        #expect(ServiceUUID(Self.text.dropFirst(0)) != nil)
        #expect(ServiceUUID(canonical: Self.text.uppercased()) == nil)
    }

    @Test("with any other byte at any place it is none")
    func refuse() {
        for place in 0..<36 {
            let isHyphen = [8, 13, 18, 23].contains(place)
            for byte in UInt8(0)...127 {
                var bytes = Array(Self.text.utf8)
                bytes[place] = byte
                let character = Character(Unicode.Scalar(byte))
                let isRight = isHyphen ? character == "-" : character.isHexDigit
                let text = String(decoding: bytes, as: UTF8.self)
                #expect((ServiceUUID(text) != nil) == isRight, "\(text)")
                #expect((ServiceUUID(canonical: text) != nil) == (isRight && !character.isUppercase), "\(text)")
            }
        }
        for text in [
            "", Self.text + "0", String(Self.text.dropLast()), String(Self.text.dropLast()) + "é",
            "é" + Self.text.dropFirst(2),
        ] {
            #expect(ServiceUUID(text) == nil)
        }
    }
}
