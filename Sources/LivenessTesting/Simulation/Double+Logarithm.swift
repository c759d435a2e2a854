import Glibc

extension Double {
    /// The natural logarithm; of numbers that are not positive, that of the least positive one.
    var logarithm: Double { log(max(self, .leastNormalMagnitude)) }
}
