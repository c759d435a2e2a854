import LivenessCore
import Synchronization

/// Entity tags of lists: they cover state and record of every service shown, and not when it was last heard.
///
/// The last tags are kept with the content they were made of, so that an unchanged list costs a comparison.
final class ListTags: Sendable {
    private struct Kept {
        var content: UInt64
        var logID: String
        var tag: String
    }

    private static let most = 256

    private let kept = Mutex<[ServiceQuery: Kept]>([:])

    /// The tag of that list as of this board; nil when it is not known without looking.
    func known(_ query: ServiceQuery, on board: Board) -> String? {
        kept.withLock { kept in
            guard let found = kept[query], found.content == board.content, found.logID == board.head.logID else {
                return nil
            }
            return found.tag
        }
    }

    /// The tag of that list, computed.
    func tag(_ selection: ServiceSelection, _ query: ServiceQuery, on board: Board) -> String {
        var hash = TagHash()
        hash.add(board.head.logID)
        hash.add(UInt64(selection.numbers.count))
        hash.add(selection.nextMarker?.low ?? 0)
        for field in query.fields { hash.add(field.name) }
        hash.add(query.unknownReading?.rawValue)
        var profiles: [UInt32: UInt64] = [:]
        for number in selection.numbers { Self.add(number, board, &profiles, to: &hash) }
        let tag = hash.tag
        kept.withLock { kept in
            if kept.count >= Self.most { kept.removeAll() }
            kept[query] = Kept(content: board.content, logID: board.head.logID, tag: tag)
        }
        return tag
    }

    private static func add(
        _ number: UInt32,
        _ board: Board,
        _ profiles: inout [UInt32: UInt64],
        to hash: inout TagHash
    ) {
        let card = board.cards[Int(number)]
        let standing = board.standings[Int(number)]
        let verdict = standing.verdict
        hash.add(card.uuid.low)
        hash.add(UInt64(card.edit) << 32 | UInt64(card.incarnationNumber))
        hash.add(UInt64(UInt32(bitPattern: card.version)) << 32 | UInt64(card.interval))
        hash.add(UInt64(bitPattern: card.updatedAt.microseconds))
        hash.add(UInt64(bitPattern: standing.since.microseconds))
        hash.add(
            UInt64(verdict.state.rawValue) << 16 | UInt64(verdict.reason.rawValue) << 8
                | UInt64(verdict.lastState?.rawValue ?? 0xFF)
        )
        if let known = profiles[card.profile] {
            hash.add(known)
        } else {
            var texts = TagHash()
            texts.add(board.profiles[card.profile].topic)
            texts.add(board.profiles[card.profile].zone)
            profiles[card.profile] = texts.value
            hash.add(texts.value)
        }
        guard card.flags.contains(.extras), let workers = board.extras[number]?.workers else { return }
        for worker in workers {
            hash.add(worker.worker)
            hash.add(UInt64(bitPattern: worker.number))
            hash.add(UInt64(UInt32(bitPattern: worker.version)) << 8 | UInt64(worker.state.rawValue))
        }
    }
}
