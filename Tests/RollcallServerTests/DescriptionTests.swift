import HTTPTypes
import Hummingbird
import LivenessCore
import Telemetry
import Testing
import Yams

@testable import RollcallServer

@Suite("The description of the API")
struct DescriptionTests {
    private static let methods: Set<String> = ["get", "put", "post", "patch", "delete"]

    /// Paths with their captures unnamed: the router has one name per place, the description the telling one.
    private static func shape(_ path: String) -> String {
        path.replacingCaptures(by: "{}")
    }

    private func described() throws -> Node {
        let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
        return try #require(try Yams.compose(yaml: text))
    }

    @Test("it has every route, and no other")
    func routes() async throws {
        let document = try described()
        var described: Set<String> = []
        for (path, item) in try #require(document["paths"]?.mapping) {
            for (method, _) in try #require(item.mapping) where Self.methods.contains(method.string ?? "") {
                described.insert("\(method.string?.uppercased() ?? "") \(Self.shape(path.string ?? ""))")
            }
        }
        try await TestServer.run { server in
            let router = server.router
            let routed = Set(
                router.routes.filter { $0.method != .head }
                    .map { "\($0.method.rawValue) \(Self.shape($0.path.description))" }
            )
            #expect(described.subtracting(routed).sorted() == [])
            #expect(routed.subtracting(described).sorted() == [])
        }
    }

    @Test("everything it refers to is there")
    func references() throws {
        let document = try described()
        let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
        let references = text.matches(of: /\$ref: "#\/([^"]+)"/).map { String($0.output.1) }
        #expect(references.count > 50)
        for reference in Set(references) {
            var node: Node? = document
            for key in reference.split(separator: "/") { node = node?[String(key)] }
            #expect(node != nil, "\(reference)")
        }
    }

    @Test("its service has the fields of the service, its errors the codes that are answered")
    func fields() throws {
        let schemas = try #require(try described()["components"]?["schemas"])
        let fields = try #require(schemas["Service"]?["properties"]?.mapping).keys.compactMap(\.string)
        #expect(Array(fields) == ServiceField.allCases.map(\.name))
        let codes = schemas["HeartbeatsReply"]?["properties"]?["rejected"]?["items"]?["properties"]?["code"]?["enum"]
        #expect(codes?.sequence?.compactMap(\.string) == Rejection.allCases.map(\.code))
    }
}
