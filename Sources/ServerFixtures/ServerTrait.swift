package import Testing

/// A real server for a suite: started before its first test and gone after its last.
package protocol TestedServer: Sendable {
    static var current: Self? { get }

    /// Starts one, hands it to `body` as the current one, and ends it.
    static func provide(_ body: @concurrent @Sendable () async throws -> Void) async throws
}

package struct ServerTrait<Server: TestedServer>: SuiteTrait, TestScoping {
    package var isRecursive: Bool { false }

    package func provideScope(
        for _: Test,
        testCase _: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Server.provide(function)
    }
}

/// A test that asks for a server outside a suite that has one.
package struct NoServer: Error {}
