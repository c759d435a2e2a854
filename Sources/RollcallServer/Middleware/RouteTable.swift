import HTTPTypes
import Hummingbird
import Synchronization

/// Which methods each path answers, for the `Allow` of a 405.
///
/// Filled when all routes are known; middleware exists before.
final class RouteTable: Sendable {
    private struct Route {
        /// nil for a capture.
        var parts: [String?]
        var method: String
    }

    private let routes = Mutex<[Route]>([])

    func fill(from router: Router<RollcallContext>) {
        let all = router.routes.map { route in
            Route(
                parts: Self.parts(route.path.description).map { $0.hasPrefix("{") ? nil : String($0) },
                method: route.method.rawValue
            )
        }
        routes.withLock { $0 = all }
    }

    /// The methods that match a path, sorted; none when nothing does.
    func methods(of path: String) -> [String] {
        let parts = Self.parts(path)
        var methods: Set<String> = []
        for route in routes.withLock({ $0 }) where route.parts.count == parts.count {
            guard zip(route.parts, parts).allSatisfy({ part, given in part.map { $0 == given } ?? true }) else {
                continue
            }
            methods.insert(route.method)
            if route.method == "GET" { methods.insert("HEAD") }
        }
        return methods.sorted()
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: true)
    }
}
