import Foundation
import RollcallWire
import Testing

@testable import RollcallServer

@Suite("The page, as files")
struct PageTests {
    private static let browser = [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")]

    @Test("who takes HTML gets the page, everybody else the versions of Nova's API, and caches know that")
    func negotiation() async throws {
        try await TestServer.run { server in
            let page = try await server.get("/", headers: Self.browser)
            #expect(page.status == 200 && page.body.hasPrefix("<!doctype html>"))
            #expect(page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(page.header("Vary") == "Accept")
            for headers in [[], [("Accept", "*/*")], [("Accept", "application/json")]] {
                let versions = try await server.get("/", headers: headers)
                #expect(versions.json["versions"] != nil && versions.header("Vary") == "Accept")
            }
        }
    }

    @Test("it loads nothing but its own files, all of which are there, and no script or style stands in it")
    func assets() async throws {
        try await TestServer.run { server in
            let page = try await server.get("/", headers: Self.browser)
            let named = page.body.matches(of: #/(?:src|href)="([^"#]+)"/#).map { String($0.output.1) }
            #expect(named.count > 30)
            for name in named {
                #expect(name.hasPrefix("page/"), "\(name)")
                #expect(try await server.get("/" + name).status == 200, "\(name)")
            }
            #expect(!page.body.contains("style=") && !page.body.contains("<style") && !page.body.contains("<script>"))
            let policy = page.header("Content-Security-Policy") ?? ""
            #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
            #expect(page.header("X-Content-Type-Options") == "nosniff")
            let script = try await server.get("/page/main.js")
            #expect(script.header("Content-Type") == "text/javascript; charset=utf-8")
            #expect(script.header("Content-Security-Policy") == policy)
        }
    }

    @Test(
        "every file of its folder is served, and nothing beside them",
        arguments: ["..%2Fmain.js", "%2e%2e", "none.js"]
    )
    func others(name: String) async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/RollcallServer/Page/Assets")
        var files = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        files.remove("index.html")
        #expect(files == Set(PageAsset.all.keys))
        try await TestServer.run { server in
            let status = try await server.get("/page/" + name).status
            #expect(status == 404)
        }
    }
}
