extension Board {
    /// Which kinds of services there are, at most so many.
    package func arrivalKinds(_ settings: LivenessSettings, limit: Int) -> Set<Arrivals.Kind> {
        var seen: Set<UInt64> = []
        var kinds: Set<Arrivals.Kind> = []
        for number in 0..<count where isListed(UInt32(number)) {
            let card = cards[number]
            guard seen.insert(UInt64(card.profile) << 32 | UInt64(card.interval)).inserted else { continue }
            let topic = profiles[card.profile].topic
            let downTime = settings.downTime(topic: topic, reportInterval: card.reportInterval)
            kinds.insert(Arrivals.Kind(topic: topic, reportInterval: card.reportInterval, downTime: downTime))
            if kinds.count == limit { break }
        }
        return kinds
    }
}
