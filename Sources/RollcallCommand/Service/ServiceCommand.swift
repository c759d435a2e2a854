internal import ArgumentParser

/// The noun `service` with its verbs.
struct ServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Services: list, show, explain, ask, and edit their records.",
        subcommands: [
            ServiceList.self, ServiceShow.self, ServiceExplain.self, ServiceHistory.self, ServiceIsUp.self,
            ServiceIsDown.self, ServiceCreate.self, ServiceSet.self, ServiceDelete.self,
        ]
    )
}
