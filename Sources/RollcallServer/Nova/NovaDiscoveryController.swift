import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Which versions of Nova's API there are: clients ask before anything else.
struct NovaDiscoveryController {
    func addRoutes(to router: Router<RollcallContext>) {
        router.get("/", use: versions)
        router.get("v2.1", use: version)
    }

    /// The same path is the page's, for whoever takes HTML.
    @Sendable private func versions(_ request: Request, _ context: RollcallContext) async throws -> Response {
        if let page = PageController.page(for: request) { return page }
        var json = JSONWriter()
        json.raw("{\"versions\":[")
        Self.write(request, to: &json)
        json.raw("]}")
        return Reply.json(json.bytes, headers: [.vary: "Accept"])
    }

    @Sendable private func version(_ request: Request, _ context: RollcallContext) async throws -> Response {
        var json = JSONWriter()
        json.raw("{\"version\":")
        Self.write(request, to: &json)
        json.raw("}")
        return Reply.json(json.bytes)
    }

    private static func write(_ request: Request, to json: inout JSONWriter) {
        json.raw("{\"id\":\"v2.1\",\"status\":\"CURRENT\",\"version\":")
        json.word(Microversion.highest.description)
        json.raw(",\"min_version\":")
        json.word(Microversion.lowest.description)
        // When Nova's 2.1 was settled; clients want a date.
        json.raw(",\"updated\":\"2013-07-23T11:33:21Z\",\"links\":[{\"rel\":\"self\",\"href\":")
        json.text("http://\(request.head.authority ?? "localhost")/v2.1/")
        json.raw("}]}")
    }
}
