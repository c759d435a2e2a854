/// From the hash of a name to where the name lies, or of an identity to the dense number of its service.
///
/// Extendible hashing (Fagin, Nievergelt, Pippenger, Strong; ACM TODS 4(3), 1979): the top bits of the hash choose a
/// page. A page that fills up grows by a quarter, from 512 slots to 1,000, and is then split in two, so the table
/// grows a page at a time and never all at once, and between 64 and 80 of 100 slots are taken whatever the number of
/// entries. Within a page slots are probed one after the other. A slot holds the hash's low 10 bits beside a value of
/// 54; whether the name really is the same is for the caller to compare. Pages are copied on write, so a snapshot of the
/// index shares all but those that changed.
package struct NameIndex: Sendable {
    private static let smallestPage = 512
    private static let largestPage = 1_000
    /// Entries of the directory for each page, at most.
    ///
    /// Hashes spread evenly need about two; if some do not, their page grows instead of the directory.
    private static let directoryShare = 8
    private static let valueBits: UInt64 = 54

    private struct Page: Sendable {
        var slots: [UInt64]
        var used = 0
        var depth: Int

        init(size: Int, depth: Int) {
            slots = Array(repeating: 0, count: size)
            self.depth = depth
        }

        /// Four fifths of its slots are taken.
        var isFull: Bool { used >= slots.count * 4 / 5 }

        var values: some Sequence<UInt64> {
            slots.lazy.filter { $0 != 0 }.map { NameIndex.value($0) }
        }
    }

    /// Which page holds the hashes with these top bits; 2^`depth` entries.
    private var directory: [UInt32]
    private var depth = 0
    private var pages = PagedArray<Page>(bits: 6)

    /// - Parameter count: How many entries are expected: until there are more of them, hardly a page grows.
    package init(expecting count: Int = 0) {
        let most = Self.largestPage * 7 / 10
        while depth < 32, count >> depth > most { depth += 1 }
        directory = (0..<UInt32(1 << depth)).map(\.self)
        let share = count >> depth
        let size = Self.size(for: share + share / 16)
        for _ in directory { pages.append(Page(size: size, depth: depth)) }
    }

    /// Pages of 4 to 8 KiB.
    package var pageCount: Int { pages.count }

    @inline(__always)
    private func page(of hash: UInt64) -> Int {
        depth == 0 ? 0 : Int(directory[Int(truncatingIfNeeded: hash &>> UInt64(64 &- depth))])
    }

    @inline(__always)
    private static func home(_ hash: UInt64, _ size: Int) -> Int {
        let middle = UInt64(UInt32(truncatingIfNeeded: hash &>> 16))
        return Int(truncatingIfNeeded: (middle &* UInt64(size)) &>> 32)
    }

    /// What a slot that is taken holds.
    @inline(__always)
    private static func value(_ slot: UInt64) -> UInt64 { (slot & ((1 &<< valueBits) &- 1)) &- 1 }

    /// What of a hash stands in its slot, where it stands there.
    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt64 { hash &<< valueBits }

    @inline(__always)
    private static func next(_ position: Int, _ size: Int) -> Int {
        position &+ 1 == size ? 0 : position &+ 1
    }

    /// The slot where the search for that hash begins.
    ///
    /// Reading it says nothing yet, but brings it into the cache; and unlike `find`, which stops where it must, many such
    /// reads in a row overlap.
    @inline(__always)
    package func firstSlot(_ hash: UInt64) -> UInt64 {
        let page = page(of: hash)
        return pages[page].slots[Self.home(hash, pages[page].slots.count)]
    }

    /// Asks `isMatch` of every value filed under that hash until it says yes.
    @inline(__always)
    package func find(_ hash: UInt64, isMatch: (UInt64) -> Bool) -> UInt64? {
        let page = page(of: hash)
        let tag = Self.tag(hash)
        let size = pages[page].slots.count
        var position = Self.home(hash, size)
        for _ in 0..<size {
            let slot = pages[page].slots[position]
            if slot == 0 { return nil }
            if (slot ^ tag) &>> Self.valueBits == 0 {
                let value = Self.value(slot)
                if isMatch(value) { return value }
            }
            position = Self.next(position, size)
        }
        return nil
    }

    /// Files a value below 2^54 - 1 under a hash.
    ///
    /// The caller has made sure that the name is not there yet.
    package mutating func insert(_ hash: UInt64, _ value: UInt64, hashOf: (UInt64) -> UInt64) {
        while pages[page(of: hash)].isFull {
            let full = page(of: hash)
            let wouldDouble = pages[full].depth == depth
            let isSparse = wouldDouble && directory.count * 2 > pages.count * Self.directoryShare
            if pages[full].slots.count < Self.largestPage || isSparse {
                grow(full, hashOf: hashOf)
            } else {
                split(full, hashOf: hashOf)
            }
        }
        let page = page(of: hash)
        Self.place(hash, value, in: &pages[page])
    }

    private static func slot(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        tag(hash) | (value + 1)
    }

    private static func place(_ hash: UInt64, _ value: UInt64, in page: inout Page) {
        let size = page.slots.count
        var position = home(hash, size)
        for _ in 0..<size {
            if page.slots[position] == 0 {
                page.slots[position] = slot(hash, value)
                page.used += 1
                return
            }
            position = next(position, size)
        }
    }

    private mutating func grow(_ number: Int, hashOf: (UInt64) -> UInt64) {
        var larger = Page(size: pages[number].slots.count * 5 / 4, depth: pages[number].depth)
        for value in pages[number].values { Self.place(hashOf(value), value, in: &larger) }
        pages[number] = larger
    }

    /// The first size at which a page of so many values is not full.
    private static func size(for count: Int) -> Int {
        var size = smallestPage
        while count >= size * 4 / 5 { size = size * 5 / 4 }
        return size
    }

    private mutating func split(_ number: Int, hashOf: (UInt64) -> UInt64) {
        if pages[number].depth == depth {
            directory = directory.flatMap { [$0, $0] }
            depth += 1
        }
        let newDepth = pages[number].depth + 1
        var halves: [[(hash: UInt64, value: UInt64)]] = [[], []]
        for value in pages[number].values {
            let hash = hashOf(value)
            halves[Int(hash >> UInt64(64 - newDepth) & 1)].append((hash, value))
        }
        let split = halves.map { half in
            var page = Page(size: Self.size(for: half.count), depth: newDepth)
            for entry in half { Self.place(entry.hash, entry.value, in: &page) }
            return page
        }
        pages[number] = split[0]
        let sibling = UInt32(pages.count)
        pages.append(split[1])
        let bit = depth - newDepth
        for entry in directory.indices where directory[entry] == UInt32(number) && entry >> bit & 1 == 1 {
            directory[entry] = sibling
        }
    }

    /// Takes a value out again.
    ///
    /// Those probed past it move up, so that no gap hides them.
    package mutating func remove(_ hash: UInt64, _ value: UInt64, hashOf: (UInt64) -> UInt64) {
        let page = page(of: hash)
        let filed = Self.slot(hash, value)
        guard let found = pages[page].slots.firstIndex(of: filed) else { return }
        var behind: [UInt64] = []
        var position = found
        pages[page].slots[position] = 0
        pages[page].used -= 1
        let size = pages[page].slots.count
        for _ in 1..<size {
            position = Self.next(position, size)
            let slot = pages[page].slots[position]
            if slot == 0 { break }
            behind.append(Self.value(slot))
            pages[page].slots[position] = 0
            pages[page].used -= 1
        }
        for entry in behind { Self.place(hashOf(entry), entry, in: &pages[page]) }
    }
}
