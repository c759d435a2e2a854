import Testing

@testable import LivenessCore

@Suite("The queue of services")
struct ServiceQueueTests {
    @Test("what went in first comes out first, over any number of chunks", arguments: [1, 1_023, 1_024, 1_025, 5_000])
    func order(count: Int) {
        var queue = ServiceQueue()
        for service in 0..<UInt32(count) { queue.append(service) }
        #expect(queue.count == count)
        var came: [UInt32] = []
        while let service = queue.popFirst() { came.append(service) }
        #expect(came == Array(0..<UInt32(count)))
        #expect(queue.count == 0)
    }

    @Test("it goes on in order when services are taken and added by turns")
    func mixed() {
        var queue = ServiceQueue()
        var next: UInt32 = 0
        var expected: UInt32 = 0
        for round in 0..<200 {
            for _ in 0..<(round % 37 * 3) {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(round % 29 * 3) {
                guard let service = queue.popFirst() else { break }
                #expect(service == expected)
                expected += 1
            }
        }
        #expect(queue.count == Int(next - expected))
        while let service = queue.popFirst() {
            #expect(service == expected)
            expected += 1
        }
        #expect(expected == next)
    }
}
