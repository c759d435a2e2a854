/// Why a document as a whole was refused: nothing of it is applied.
package enum DocumentError: Error, Hashable, Sendable {
    /// Not JSON, or not the shape that was asked for.
    ///
    /// `offset` is the byte where that was noticed.
    case malformed(String, offset: Int)
    /// More entries than one call may have.
    case tooManyEntries
}
