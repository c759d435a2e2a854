/// An array of which snapshots are taken all the time: pages of 2^`bits` elements in groups of 16.
///
/// A copy shares everything. The first change after that copies one page, one group and the list of groups, and raises
/// the count of everything they refer to, while a lock is held: about 260 counts for a million elements in pages of
/// 256, and 16 for each change elsewhere, where a flat list of pages would have thousands.
package struct SnapshotArray<Element: Sendable>: Sendable {
    @usableFromInline var pages = PagedArray<[Element]>(bits: 4)
    @usableFromInline let bits: Int
    package private(set) var count = 0

    /// - Parameter bits: the binary logarithm of a page's size.
    package init(bits: Int) {
        self.bits = bits
    }

    @inlinable package subscript(index: Int) -> Element {
        @inline(__always) get { pages[index &>> bits][index & ((1 &<< bits) &- 1)] }
        @inline(__always) _modify { yield &pages[index &>> bits][index & ((1 &<< bits) &- 1)] }
    }

    package mutating func append(_ element: Element) {
        if count & ((1 << bits) - 1) == 0 {
            var page: [Element] = []
            page.reserveCapacity(1 << bits)
            pages.append(page)
        }
        pages[count >> bits].append(element)
        count += 1
    }
}
