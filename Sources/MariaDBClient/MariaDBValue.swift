/// What a statement is given for a `?`.
package enum MariaDBValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
}
