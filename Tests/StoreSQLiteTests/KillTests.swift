import Foundation
import GRDB
import LivenessConformance
import LivenessCore
import StoreSQL
import Subprocess
import Testing

@testable import StoreSQLite

@Suite("A daemon killed in the middle of its flushes")
struct KillTests {
    @Test("every acknowledged flush is there, none is there in part, and the lock is free", arguments: [3, 20, 60])
    func killed(after flushes: Int) async throws {
        let directory = try TemporaryDirectory()
        let acknowledged = try await run(until: flushes, on: directory.database)
        #expect(acknowledged >= flushes)

        let store = try SQLiteStore(SQLiteStore.Configuration(path: directory.database))
        let content = try await StoreContent(of: store)
        let count = try #require(content.daemons.first).flushCount
        #expect(count >= Int64(acknowledged))
        #expect(content.services.count == 200)
        #expect(content.services.allSatisfy { $0.reportCount == count && $0.lastFlush == count })
        let integrity = try await store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
        #expect(integrity == "ok")
    }

    @Test("while another process has the file this one is refused, and told which one it is")
    func otherProcess() async throws {
        let directory = try TemporaryDirectory()
        try await withLoop(on: directory.database) { process, output in
            for try await _ in output { break }
            let error = #expect(throws: StoreError.self) {
                try SQLiteStore(SQLiteStore.Configuration(path: directory.database))
            }
            #expect(error?.code == .inUse)
            #expect(error?.message.contains("process \(process)") == true)
        }
    }

    /// Answers the last flush that the process said was committed before it was killed.
    private func run(until flushes: Int, on database: String) async throws -> Int {
        var last = 0
        try await withLoop(on: database) { _, output in
            for try await line in output {
                last = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? last
                if last >= flushes { break }
            }
        }
        return last
    }

    /// Starts the process, and kills it with -9 when the body is done.
    private func withLoop(
        on database: String,
        _ body: (Int32, SubprocessOutputSequence.StringSequence<UTF8>) async throws -> Void
    ) async throws {
        let programs = try #require(Bundle.main.executableURL?.deletingLastPathComponent().path)
        _ = try await Subprocess.run(
            .name("flush-loop"),
            arguments: [database],
            environment: .inherit.updating(["PATH": programs]),
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            defer { try? execution.send(signal: .kill) }
            try await body(execution.processIdentifier.value, execution.standardOutput.strings())
        }
    }
}
