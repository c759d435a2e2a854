import Foundation
import RollcallWire
import StubDaemon
import Testing

@testable import RollcallCommand

@Suite("What if")
struct WhatIfTests {
    private func arrivals(
        _ down: Double,
        deaths: Int,
        mistakes: Int,
        _ gaps: [WireGap],
        interval: Double = 10
    ) -> WireArrivals {
        WireArrivals(
            topic: "compute",
            reportInterval: interval,
            serviceDownTime: down,
            countedFrom: down / 4,
            deaths: deaths,
            mistakes: mistakes,
            gaps: gaps
        )
    }

    @Test("gaps that are longer would have been deaths; one across the bound counts as longer")
    func longer() {
        let gaps = [
            WireGap(from: 19, to: 20, count: 5), WireGap(from: 24, to: 26, count: 3),
            WireGap(from: 40, to: 42, count: 1),
        ]
        let trials = Trial.all(of: [arrivals(60, deaths: 6, mistakes: 1, gaps)], at: 25)
        #expect(trials.count == 1)
        #expect(trials[0].falseDowns == 4 && trials[0].deaths == 5 && trials[0].mistakes == 1)
        #expect(trials[0].tried == 25 && trials[0].faster == 35)
    }

    @Test("counts beyond all numbers are no trap")
    func hostile() {
        let gaps = [WireGap(from: 40, to: 42, count: .max), WireGap(from: 50, to: 52, count: .max)]
        for (deaths, mistakes) in [(Int.max, Int.min), (.min, .max), (.max, .max)] {
            let trials = Trial.all(of: [arrivals(60, deaths: deaths, mistakes: mistakes, gaps)], at: 25)
            #expect(trials.map(\.falseDowns) == [.max])
        }
    }

    @Test("a down time is never too short for the interval, and what was not counted is not made up")
    func bounds() {
        let slow = Trial.all(of: [arrivals(300, deaths: 0, mistakes: 0, [], interval: 60)], at: 20)
        #expect(slow[0].tried == 150 && slow[0].faster == 150)
        let short = Trial.all(of: [arrivals(60, deaths: 1, mistakes: 0, [], interval: 2)], at: 10)
        #expect(short[0].falseDowns == nil)
    }

    @Test("one daemon is asked, which tells of all")
    func command() async throws {
        let reply = ArrivalsReply(
            daemons: ["d", "e"],
            since: WireTime(microseconds: 0),
            arrivals: [arrivals(60, deaths: 1, mistakes: 0, [WireGap(from: 30, to: 31, count: 2)])]
        )
        let body = String(decoding: try WireJSON.encode(reply), as: UTF8.self)
        try await StubDaemon.run(replying: StubReply(body)) { stub in
            let words = ["what-if", "--service-down-time", "25s", "--since", "1d", "-f", "csv"]
            let result = await CapturedConsole.run(words + ["--endpoint", stub.url])
            #expect(result.status == 0)
            #expect(
                result.output
                    == "topic,report_interval,service_down_time,what_if,deaths,faster,mistakes,false_downs\r\ncompute,10,60,25,1,35,0,2\r\n"
            )
            #expect(stub.requests.map(\.target) == ["/v1/arrivals?last=86400.0"])
        }
    }
}
