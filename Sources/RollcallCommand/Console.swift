internal import Foundation

/// What a command reads and writes beside the network: standard streams, the terminal, the environment, the time.
package struct Console: Sendable {
    /// Writes data; throws when it cannot be written.
    package var write: @Sendable (String) throws -> Void
    /// Writes a line for people, its end is added.
    ///
    /// A line that cannot be written is lost: nobody is left to be told.
    package var message: @Sendable (String) -> Void
    /// Reads a line that a person typed; `nil` at the end of input.
    package var readLine: @Sendable () -> String?
    package var environment: [String: String]
    /// Whether data goes to a terminal.
    package var isTerminal: Bool
    /// Columns of the terminal; `nil` where there is none to fit.
    package var width: Int?
    /// Microseconds since 1970-01-01 UTC, for relative ages.
    package var now: @Sendable () -> Int64

    package init(
        environment: [String: String],
        write: @escaping @Sendable (String) throws -> Void,
        message: @escaping @Sendable (String) -> Void
    ) {
        self.environment = environment
        self.write = write
        self.message = message
        readLine = { nil }
        isTerminal = false
        now = { Int64(Date().timeIntervalSince1970 * 1_000_000) }
    }

    /// The console of the command that runs.
    @TaskLocal package static var current = Console.standard

    /// Says something to people beside the data.
    package func explain(_ text: String) {
        message("rollcall: \(text)")
    }

    /// Whether output is coloured: on a terminal, unless `NO_COLOR` says no (https://no-color.org) or it cannot.
    package var isColoured: Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
