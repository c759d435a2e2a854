import Glibc

extension Double {
    /// The natural logarithm; of numbers that are not positive, that of the least positive one.
    package var logarithm: Double { log(max(self, .leastNormalMagnitude)) }

    /// The logarithm to base ten, as the other.
    package var decimalLogarithm: Double { log10(max(self, .leastNormalMagnitude)) }
}
