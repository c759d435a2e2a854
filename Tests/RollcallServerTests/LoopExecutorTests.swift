import NIOCore
import NIOPosix
import Testing

@testable import RollcallServer

@Suite("Where work is done")
struct LoopExecutorTests {
    @Test("a connection's task runs on its loop, and what takes long runs elsewhere and comes back")
    func offLoop() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let places = await withTaskExecutorPreference(LoopExecutor(loop)) { @concurrent in
            let before = loop.inEventLoop
            let within = await OffLoop.run { loop.inEventLoop }
            let throwing = try? await OffLoop.run { () throws(CancellationError) -> Bool in loop.inEventLoop }
            return [before, within, throwing, loop.inEventLoop]
        }
        #expect(places == [true, false, false, true])
        try await group.shutdownGracefully()
    }
}
