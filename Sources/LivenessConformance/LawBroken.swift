/// A law that does not hold, with what was seen instead.
package struct LawBroken: Error, CustomStringConvertible {
    package var description: String
}

/// Fails unless the condition holds.
func expect(_ condition: Bool, _ message: @autoclosure () -> String, line: UInt = #line, file: String = #fileID) throws
{
    guard condition else { throw LawBroken(description: "\(file):\(line): \(message())") }
}

/// Fails unless both are equal.
func expectEqual<Value: Equatable>(
    _ seen: Value,
    _ wanted: Value,
    _ what: String = "value",
    line: UInt = #line,
    file: String = #fileID
) throws {
    guard seen != wanted else { return }
    throw LawBroken(description: "\(file):\(line): \(what) is \(seen), not \(wanted)")
}

/// The value, or a failure where there is none.
func require<Value>(
    _ value: Value?,
    _ what: String = "value",
    line: UInt = #line,
    file: String = #fileID
) throws -> Value {
    guard let value else { throw LawBroken(description: "\(file):\(line): there is no \(what)") }
    return value
}
