/// An array of which snapshots are taken all the time: pages of 2^`bits` elements in groups of 64.
///
/// A copy shares everything. The first change after that copies one page, one group and the list of groups: about 130
/// references for a million elements, where a flat list of pages would have thousands, each of whose counts has to be
/// raised while a lock is held.
package struct SnapshotArray<Element: Sendable>: Sendable {
    @usableFromInline var pages = PagedArray<[Element]>(bits: 6)
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
