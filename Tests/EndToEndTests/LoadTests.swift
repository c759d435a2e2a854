import Foundation
import ServerFixtures
import Testing

@Suite("The load program", .timeLimit(.minutes(3)))
struct LoadTests {
    private struct Report: Decodable {
        struct Figure: Decodable {
            var quantity: String
            var value: Double
        }

        var figures: [Figure]
        var failures: [String]
    }

    private func run(_ words: [String], _ place: Workplace) async throws -> Answer {
        let process = try SpawnedProcess(
            Programs.load,
            ["--daemon", Programs.daemon] + words,
            environment: Programs.environment,
            output: place.unique("load")
        )
        defer { process.end() }
        return Answer(ending: try await process.ended(), output: process.output, messages: process.messages)
    }

    @Test(
        "a fleet beats, some of it dies and pauses, watchers are told, questions answered, and the daemon starts again"
    )
    func fleet() async throws {
        let place = try Workplace()
        let file = place.file("report.json")
        let words = [
            "--services", "60", "--interval", "0.4", "--down-time", "6", "--seconds", "2", "--connections", "3",
            "--batch", "10", "--kill", "6", "--silence", "6", "--watchers", "3", "--asking", "0.5",
            "--questions-per-second", "100", "--lists", "1", "--restart", "--json", file,
        ]
        let answer = try await run(words, place)
        #expect(answer.ending == .exited(0), "\(answer.messages)")
        let report = try JSONDecoder().decode(Report.self, from: try Data(contentsOf: URL(filePath: file)))
        let values = Dictionary(report.figures.map { ($0.quantity, $0.value) }) { first, _ in first }
        #expect(report.failures == [])
        // Sixty services, of which six die at the beginning.
        let rate = try #require(values["heartbeats a second"])
        #expect(rate > 54 / 0.4 / 2 && rate < 61 / 0.4)
        #expect(values["false downs"] == 0)
        #expect(values["a death is told, after its deadline, longest"] != nil)
        #expect(values["a change is told, after it was judged, p99"] != nil)
        #expect(values["CPU of the daemon per unchanged list"] != nil)
        // The daemon's own record is up before the others are heard again.
        #expect(values["down right after it"] == 6)
    }

    @Test("in signed datagrams, each of them acknowledged, nobody is called down and all come")
    func datagrams() async throws {
        let place = try Workplace()
        let file = place.file("report.json")
        let words = [
            "--services", "60", "--interval", "0.4", "--down-time", "6", "--seconds", "2", "--datagrams",
            "--acknowledged", "--reporters", "7", "--kill", "6", "--lists", "1", "--json", file,
        ]
        let answer = try await run(words, place)
        #expect(answer.ending == .exited(0), "\(answer.messages)")
        let report = try JSONDecoder().decode(Report.self, from: try Data(contentsOf: URL(filePath: file)))
        let values = Dictionary(report.figures.map { ($0.quantity, $0.value) }) { first, _ in first }
        let sent = try #require(values["heartbeats a second"])
        #expect(sent > 54 / 0.4 / 2)
        #expect(values["datagrams lost"] == 0 && (values["datagrams acknowledged"] ?? 0) > 100)
        #expect(values["false downs"] == 0)
    }

    @Test("flat out, calls follow one another whatever the interval is")
    func flatOut() async throws {
        let place = try Workplace()
        let words = [
            "--services", "4", "--connections", "2", "--batch", "1", "--flat-out", "--seconds", "1", "--lists", "0",
        ]
        let answer = try await run(words, place)
        #expect(answer.ending == .exited(0), "\(answer.messages)")
        let line = answer.output.split(separator: "\n").first { $0.hasPrefix("heartbeats a second") }
        let rate = line.flatMap { $0.split(separator: " ").compactMap { Double($0) }.first }
        #expect(try #require(rate) > 20)
    }

    @Test(
        "what cannot be is refused by its option",
        arguments: [
            ["--services", "0"], ["--batch", "20000"], ["--kill", "9999"], ["--down-time", "1"],
            ["--daemon", "/nowhere"],
        ]
    )
    func misuse(words: [String]) async throws {
        let place = try Workplace()
        let process = try SpawnedProcess(
            Programs.load,
            ["--daemon", Programs.daemon] + words,
            environment: Programs.environment,
            output: place.unique("load")
        )
        defer { process.end() }
        let ending = try await process.ended()
        #expect(ending != .exited(0))
        #expect(process.messages.contains("\(words[0]) is"), "\(process.messages)")
    }
}
