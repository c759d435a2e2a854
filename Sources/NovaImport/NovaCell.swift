/// What a cell of Nova held at one moment.
package struct NovaCell: Sendable {
    package var name: String
    /// Which of the databases it is: two cells on two servers may have one name.
    package var place = 0
    package var services: [NovaService]
    /// Rows that are no services that could be here, and why: a line each.
    package var unreadable: [String] = []

    package init(name: String, services: [NovaService]) {
        self.name = name
        self.services = services
    }
}
