import LivenessCore

/// Entity tags: of one record, and of lists.
enum EntityTag {
    /// The record's own: it moves with edits, never with heartbeats.
    static func record(_ uuid: ServiceUUID, edit: Int64) -> String {
        "\"\(uuid)-\(edit)\""
    }

    /// The edit number that an `If-Match` names; nil when it names no edit of this record.
    static func edit(_ header: String, of uuid: ServiceUUID) -> Int64? {
        let prefix = "\"\(uuid)-"
        for tag in tags(header) where tag.hasPrefix(prefix) && tag.hasSuffix("\"") {
            if let edit = Int64(tag.dropFirst(prefix.count).dropLast()) { return edit }
        }
        return nil
    }

    /// Whether an `If-None-Match` names this tag: the weak comparison of RFC 9110.
    static func matches(_ header: String?, _ tag: String) -> Bool {
        guard let header else { return false }
        let opaque = strong(tag[...])
        return tags(header).contains { $0 == "*" || strong($0) == opaque }
    }

    private static func tags(_ header: String) -> [Substring] {
        header.split(separator: ",").map { part in
            var tag = part
            while tag.first == " " || tag.first == "\t" { tag.removeFirst() }
            while tag.last == " " || tag.last == "\t" { tag.removeLast() }
            return tag
        }
    }

    private static func strong(_ tag: Substring) -> Substring {
        tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }
}

/// A running hash for weak entity tags: the mixing step of wyhash, without a seed, so that daemons agree.
struct TagHash {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    mutating func add(_ word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        state = (product.high ^ product.low) &+ word
    }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        var word: UInt64 = 0
        var count: UInt64 = 0
        for byte in bytes {
            word = word << 8 | UInt64(byte)
            count += 1
            if count & 7 == 0 {
                add(word)
                word = 0
            }
        }
        add(word)
        add(count)
    }

    mutating func add(_ text: String?) {
        guard let text else { return add(0xFF) }
        add(text.utf8)
    }

    var value: UInt64 { state }

    /// A weak tag.
    var tag: String { "W/\"\(String(state, radix: 16))\"" }
}
