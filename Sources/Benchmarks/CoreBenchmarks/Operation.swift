/// Something that happens often, and beside it a loop that does only what no way of doing it can leave out.
protocol Operation {
    /// How often it and its reference loop take turns.
    static var rounds: Int { get }

    /// Makes everything ready for `run`; not measured.
    mutating func prepare()

    /// Does it many times, and answers how many.
    mutating func run() -> Int

    /// Does what cannot be left out, and answers for how many.
    mutating func reference() -> Int

    /// What `run` did wrong the last time: then its cost says nothing.
    var flaw: String? { get }
}

extension Operation {
    static var rounds: Int { 21 }
    var flaw: String? { nil }
}
