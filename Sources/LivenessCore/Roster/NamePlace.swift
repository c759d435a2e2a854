/// What the index of names holds of a name: where it lies in the arena, and the dense number of its service.
///
/// Both at once, so that the name and the service's row come into the cache side by side and not one after the other.
package struct NamePlace: Sendable {
    /// 2^28 times eight bytes of names.
    static let locationBits = 28
    /// 67 million services.
    static let numberBits = 26

    package let location: UInt32
    package let number: UInt32

    /// nil when the number is too large.
    package init?(location: UInt32, number: UInt32) {
        guard location < 1 << Self.locationBits, number < 1 << Self.numberBits - 1 else { return nil }
        self.location = location
        self.number = number
    }

    /// - Parameter value: as `value` was.
    @inline(__always)
    package init(_ value: UInt64) {
        location = UInt32(truncatingIfNeeded: value) & ((1 &<< UInt32(Self.locationBits)) &- 1)
        number = UInt32(truncatingIfNeeded: value &>> UInt64(Self.locationBits))
    }

    @inline(__always)
    package var value: UInt64 { UInt64(number) &<< UInt64(Self.locationBits) | UInt64(location) }
}
