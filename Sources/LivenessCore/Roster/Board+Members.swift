extension Board {
    /// Hands over each service that is listed and has one of these profiles, in no order: the id of its record, and its
    /// state as it is to be read.
    ///
    /// It goes through the columns here because a reader in another module spends its time in generic code.
    package func eachMember(
        of group: ProfileSet,
        reading: UnknownReading?,
        _ body: (_ id: Int64, _ state: LivenessState) -> Void
    ) {
        for number in 0..<count {
            let standing = standings[number]
            if standing.isDeleted { continue }
            let card = cards[number]
            guard group.contains(card.profile) else { continue }
            body(card.id, standing.verdict.state(reading: reading))
        }
    }
}
