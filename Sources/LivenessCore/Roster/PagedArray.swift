/// An array in pages of 2^`bits` elements, each with its own copy-on-write.
///
/// It grows by a page at a time: nothing that is there already is copied to make room. A copy shares all pages, and a
/// change of one of the two copies one page and the list of pages.
package struct PagedArray<Element: Sendable>: Sendable {
    @usableFromInline var pages: [[Element]] = []
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
