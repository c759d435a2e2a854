/// What a cell of Nova held at one moment.
package struct NovaCell: Sendable {
    package var name: String
    package var services: [NovaService]

    package init(name: String, services: [NovaService]) {
        self.name = name
        self.services = services
    }
}
