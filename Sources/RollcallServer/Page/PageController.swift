import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RollcallWire

/// The page for people: files without anything of the fleet in them, which everybody may have; what they show they ask
/// for themselves, with the reader's token.
struct PageController {
    /// Nothing from elsewhere is loaded, nothing in the page is run that is not one of its files, and nobody may frame it.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

    func addRoutes(to router: Router<RollcallContext>) {
        router.get("page/{asset}", use: asset)
    }

    @Sendable private func asset(_ request: Request, _ context: RollcallContext) async throws -> Response {
        guard let asset = PageAsset.all[try context.capture("asset")] else {
            throw APIError(.notFound, .notFound, "the page has no such file")
        }
        return Self.reply(asset)
    }

    /// The page, for whoever takes HTML; nil for other clients of the same path.
    static func page(for request: Request) -> Response? {
        let takesHTML = request.headers[values: .accept].contains { $0.lowercased().contains("text/html") }
        return takesHTML ? reply(.index) : nil
    }

    /// Asked for anew each time: an upgrade must not leave a mix of old files and new ones.
    private static func reply(_ asset: PageAsset) -> Response {
        var headers: HTTPFields = [
            .contentType: asset.type, .cacheControl: "no-cache", .vary: "Accept", .contentSecurityPolicy: policy,
            .xContentTypeOptions: "nosniff",
        ]
        headers[.referrerPolicy] = "no-referrer"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}
