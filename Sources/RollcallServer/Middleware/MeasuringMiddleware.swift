import Hummingbird
import HummingbirdCore
import NIOCore

/// Counts the requests that the router answers.
struct MeasuringMiddleware: RouterMiddleware {
    let metrics: RequestMetrics

    func handle(
        _ request: Request,
        context: RollcallContext,
        next: @concurrent (Request, RollcallContext) async throws -> Response
    ) async throws -> Response {
        let began = NIODeadline.now()
        let response = try await next(request, context)
        let series = metrics.series(
            route: context.endpointPath ?? "NotFound",
            method: request.method.rawValue,
            status: response.status.code
        )
        series.record(began: began)
        return response
    }
}
