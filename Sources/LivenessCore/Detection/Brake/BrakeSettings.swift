/// When so many fall silent at once that the fault is doubted to be theirs.
package struct BrakeSettings: Hashable, Sendable {
    /// Which part of the members must be silent, at least this and one more.
    package var fraction = 0.5
    /// Which part of the members must be heard again for the doubt to end.
    package var releaseFraction = 0.75
    /// Fewer silent services than this are never a mass failure.
    package var minimum = 5
    /// How long deaths are held back at most.
    package var maxHold: Duration = .seconds(300)

    package init() {}
}
