internal import RollcallClient

/// Repeats a question of a command that goes on for ever until some endpoint answers it, and says once that none does.
func retrying<Value: Sendable>(
    _ question: () async throws -> Value
) async throws -> Value {
    var isSilent = false
    while true {
        do {
            let value = try await question()
            if isSilent { Console.current.explain("an endpoint answers again") }
            return value
        } catch let error as ClientError where error.code == .noAnswer {
            if !isSilent { Console.current.explain(error.message + "; trying again") }
            isSilent = true
            try await Task.sleep(for: .seconds(1))
        }
    }
}
