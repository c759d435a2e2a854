/// What a command that moves data to its new place came to.
package struct MoveResult: Hashable, Sendable {
    package var moved: Int
    package var left: Int

    package init(moved: Int, left: Int) {
        self.moved = moved
        self.left = left
    }
}
