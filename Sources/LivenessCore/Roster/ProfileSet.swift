/// Some of a board's profiles, by their numbers: whether a service's is among them costs one look.
package struct ProfileSet: Sendable {
    /// Whether it is in, by number.
    let isIn: [Bool]

    package func contains(_ number: UInt32) -> Bool {
        let number = Int(number)
        return number < isIn.count && isIn[number]
    }
}
