/// The most that an operation may cost.
///
/// Allocations are the same in every run: what is allowed is a little more than what there is, and less than one more
/// in each batch, tick or slice. Ratios are 1.25 to 1.5 times the most that was measured, with the machine to itself and with
/// others at work on it: noise stays below; twice the work does not in nearly all of the runs.
struct Threshold {
    /// What one of them is.
    let name: String
    /// For one.
    let allocations: Double
    /// Times the reference loop.
    let ratio: Double

    /// One allocation for 1,024 of them, in the queue of those to flush; another one a call would make it 0.002.
    ///
    /// Measured 2.4 to 3.2 times a slot, a name and a row looked up and renewed: the rest is what makes a heartbeat more
    /// than a store.
    static let renewing = Threshold(name: "heartbeat renewed", allocations: 0.0015, ratio: 4)

    /// Six allocations a call of a thousand; another one would make it 0.007.
    ///
    /// Measured 2.2 to 2.9 times a look at each word for four characters.
    static let decoding = Threshold(name: "heartbeat decoded", allocations: 0.0065, ratio: 3.8)

    /// Three arrays that grow, and what the queue hands back.
    ///
    /// Measured 4.4 to 5.5 times a slot, a name and a row: it reads a card and writes a hearing and a renewal besides.
    static let flushing = Threshold(name: "renewal put into a flush", allocations: 0.0008, ratio: 8)

    /// One allocation a tick or a slice of 1,000, 800 ticks for 100,000 services; another one would make it 0.02.
    ///
    /// Measured 6.4 to 8.8 times a sweep over all rows: each is filed under its next deadline.
    static let turning = Threshold(name: "service passed by the wheel", allocations: 0.015, ratio: 11.5)

    /// Two allocations a slice of 16, and the pages that a snapshot holds; another one a slice would make it 0.235.
    ///
    /// Measured 11.0 to 18.4 times a slot, a name and a row: it goes through the wheel and two queues, and the pages are
    /// copied.
    static let judging = Threshold(name: "service due and judged", allocations: 0.2, ratio: 24)

    /// The pages that a snapshot holds, in which 96 changes lie, and their groups; one more for each change would make it
    /// 2.14.
    ///
    /// Measured 2.1 to 2.5 times as many pages made and given up.
    static let publishing = Threshold(name: "change published", allocations: 1.2, ratio: 3.5)

    /// No allocation at all.
    ///
    /// Measured 3.1 to 3.9 times a pass over the name's words and a slot, a name and a row looked up.
    static let asking = Threshold(name: "question by name", allocations: 0, ratio: 5.4)
}

/// The most that something may hold.
struct BytesThreshold {
    /// What one of them is.
    let name: String
    /// For one.
    let bytes: Double

    /// Measured 230, the wheel's empty slots and the room that tables keep to grow included: another word for each
    /// service would make it 238.
    static let holding = BytesThreshold(name: "service held (bytes)", bytes: 236)
}
