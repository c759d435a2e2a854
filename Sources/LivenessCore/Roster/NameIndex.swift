/// From the hash of a name to the dense number of its service.
///
/// Extendible hashing (Fagin, Nievergelt, Pippenger, Strong; ACM TODS 4(3), 1979): the top bits of the hash choose a
/// page of 512 slots, a page that fills up is split in two, so the table grows a page at a time and never all at
/// once. Within a page slots are probed one after the other. A slot holds the hash's low 32 bits beside the number;
/// whether the name really is the same is for the caller to compare. Pages are copied on write, so a snapshot of the
/// index shares all but those that changed.
package struct NameIndex: Sendable {
    private static let pageSize = 512
    /// Entries of the directory for each page, at most.
    ///
    /// Hashes spread evenly need about two; if some do not, their page grows instead of the directory.
    private static let directoryShare = 8

    private struct Page: Sendable {
        var slots: [UInt64]
        var used = 0
        var depth: Int

        init(size: Int, depth: Int) {
            slots = Array(repeating: 0, count: size)
            self.depth = depth
        }

        /// Three quarters of its slots are taken.
        var isFull: Bool { used >= slots.count * 3 / 4 }
    }

    /// Which page holds the hashes with these top bits; 2^`depth` entries.
    private var directory: [UInt32] = [0]
    private var depth = 0
    private var pages = [Page(size: pageSize, depth: 0)]

    package init() {}

    /// Pages of 4 KiB.
    package var pageCount: Int { pages.count }

    @inline(__always)
    private func page(of hash: UInt64) -> Int {
        depth == 0 ? 0 : Int(directory[Int(truncatingIfNeeded: hash &>> UInt64(64 &- depth))])
    }

    @inline(__always)
    private static func home(_ hash: UInt64, _ size: Int) -> Int {
        Int(truncatingIfNeeded: hash &>> 16) & (size &- 1)
    }

    /// Asks `isMatch` of every number filed under that hash until it says yes.
    @inline(__always)
    package func find(_ hash: UInt64, isMatch: (UInt32) -> Bool) -> UInt32? {
        let page = page(of: hash)
        let tag = UInt32(truncatingIfNeeded: hash)
        let size = pages[page].slots.count
        var position = Self.home(hash, size)
        for _ in 0..<size {
            let slot = pages[page].slots[position]
            if slot == 0 { return nil }
            if UInt32(truncatingIfNeeded: slot &>> 32) == tag {
                let number = UInt32(truncatingIfNeeded: slot) &- 1
                if isMatch(number) { return number }
            }
            position = (position &+ 1) & (size &- 1)
        }
        return nil
    }

    /// Files a number under a hash.
    ///
    /// The caller has made sure that the name is not there yet.
    package mutating func insert(_ hash: UInt64, _ number: UInt32, hashOf: (UInt32) -> UInt64) {
        while pages[page(of: hash)].isFull {
            let full = page(of: hash)
            let wouldDouble = pages[full].depth == depth
            if wouldDouble, directory.count * 2 > pages.count * Self.directoryShare {
                grow(full, hashOf: hashOf)
            } else {
                split(full, hashOf: hashOf)
            }
        }
        let page = page(of: hash)
        Self.place(hash, number, in: &pages[page])
    }

    private static func place(_ hash: UInt64, _ number: UInt32, in page: inout Page) {
        let size = page.slots.count
        var position = home(hash, size)
        for _ in 0..<size {
            if page.slots[position] == 0 {
                page.slots[position] = UInt64(UInt32(truncatingIfNeeded: hash)) << 32 | UInt64(number + 1)
                page.used += 1
                return
            }
            position = (position + 1) & (size - 1)
        }
    }

    private mutating func grow(_ number: Int, hashOf: (UInt32) -> UInt64) {
        var larger = Page(size: pages[number].slots.count * 2, depth: pages[number].depth)
        for slot in pages[number].slots where slot != 0 {
            let entry = UInt32(truncatingIfNeeded: slot) - 1
            Self.place(hashOf(entry), entry, in: &larger)
        }
        pages[number] = larger
    }

    private mutating func split(_ number: Int, hashOf: (UInt32) -> UInt64) {
        if pages[number].depth == depth {
            directory = directory.flatMap { [$0, $0] }
            depth += 1
        }
        let old = pages[number].slots
        let newDepth = pages[number].depth + 1
        var low = Page(size: pages[number].slots.count, depth: newDepth)
        var high = low
        for slot in old where slot != 0 {
            let entry = UInt32(truncatingIfNeeded: slot) - 1
            let hash = hashOf(entry)
            if hash >> UInt64(64 - newDepth) & 1 == 0 {
                Self.place(hash, entry, in: &low)
            } else {
                Self.place(hash, entry, in: &high)
            }
        }
        pages[number] = low
        let sibling = UInt32(pages.count)
        pages.append(high)
        let bit = depth - newDepth
        for entry in directory.indices where directory[entry] == UInt32(number) && entry >> bit & 1 == 1 {
            directory[entry] = sibling
        }
    }

    /// Takes a number out again.
    ///
    /// Those probed past it move up, so that no gap hides them.
    package mutating func remove(_ hash: UInt64, _ number: UInt32, hashOf: (UInt32) -> UInt64) {
        let page = page(of: hash)
        let filed = UInt64(UInt32(truncatingIfNeeded: hash)) << 32 | UInt64(number + 1)
        guard let found = pages[page].slots.firstIndex(of: filed) else { return }
        var behind: [UInt32] = []
        var position = found
        pages[page].slots[position] = 0
        pages[page].used -= 1
        let size = pages[page].slots.count
        for _ in 1..<size {
            position = (position + 1) & (size - 1)
            let slot = pages[page].slots[position]
            if slot == 0 { break }
            behind.append(UInt32(truncatingIfNeeded: slot) - 1)
            pages[page].slots[position] = 0
            pages[page].used -= 1
        }
        for entry in behind { Self.place(hashOf(entry), entry, in: &pages[page]) }
    }
}
