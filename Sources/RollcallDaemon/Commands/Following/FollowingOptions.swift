import ArgumentParser
import RollcallClient

/// What the commands that follow another system take alike.
enum FollowingOptions {
    static func pause(_ text: String) throws(ValidationError) -> Duration {
        guard let pause = DurationText.parse(text), pause >= .milliseconds(100), pause <= .seconds(10) else {
            throw ValidationError("--interval \(text): expected a duration from 100ms to 10s")
        }
        return pause
    }

    /// A client of the daemons that are told.
    static func client(_ endpoints: [String], tokenFile: String?) -> RollcallClient {
        var configuration = ClientConfiguration()
        configuration.credential = tokenFile.map(Credential.init(file:))
        return RollcallClient(endpoints: endpoints.compactMap(Endpoint.init), configuration: configuration)
    }

    static func check(endpoints: [String]) throws(ValidationError) {
        for text in endpoints where Endpoint(text) == nil {
            throw ValidationError("--endpoint \(text): expected a URL as http://127.0.0.1:8790")
        }
    }
}
