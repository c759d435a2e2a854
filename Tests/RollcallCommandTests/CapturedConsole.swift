import Synchronization

@testable import RollcallCommand

/// A console that keeps what is written to it.
final class CapturedConsole: Sendable {
    private let written = Mutex((output: "", messages: ""))

    var output: String { written.withLock { $0.output } }
    var messages: String { written.withLock { $0.messages } }

    /// Runs the program with these arguments, without any file or variable of the machine.
    static func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        typing line: String? = nil,
        shaping shape: (inout Console) -> Void = { _ in }
    ) async -> (status: Int32, output: String, messages: String) {
        let captured = CapturedConsole()
        var console = Console(
            environment: environment,
            write: { text in captured.written.withLock { $0.output += text } },
            message: { text in captured.written.withLock { $0.messages += text + "\n" } }
        )
        console.readLine = { line }
        // 2026-11-21T03:00:00Z.
        console.now = { 1_795_230_000_000_000 }
        shape(&console)
        let status = await Console.$current.withValue(console) { await Program.run(arguments) }
        return (status, captured.output, captured.messages)
    }
}
