/// A file of the page.
struct PageAsset: Sendable {
    var bytes: [UInt8]
    var type: String

    /// The page itself.
    static let index = PageAsset(bytes: PackageResources.index_html, type: "text/html; charset=utf-8")

    /// What it is made of, by file name.
    static let all: [String: PageAsset] = {
        var all: [String: PageAsset] = [:]
        for (name, bytes) in styles { all[name + ".css"] = PageAsset(bytes: bytes, type: "text/css; charset=utf-8") }
        for (name, bytes) in pictures { all[name + ".svg"] = PageAsset(bytes: bytes, type: "image/svg+xml") }
        for (name, bytes) in modules {
            all[name + ".js"] = PageAsset(bytes: bytes, type: "text/javascript; charset=utf-8")
        }
        return all
    }()

    private static let styles = [
        "panel": PackageResources.panel_css, "rollcall": PackageResources.rollcall_css,
        "table": PackageResources.table_css,
    ]
    private static let pictures = [
        "rollcall": PackageResources.rollcall_svg, "rollcalldown": PackageResources.rollcalldown_svg,
        "rollcallold": PackageResources.rollcallold_svg,
    ]
    private static let modules = [
        "announce": PackageResources.announce_js,
        "attention": PackageResources.attention_js,
        "banner": PackageResources.banner_js,
        "breakdown": PackageResources.breakdown_js,
        "calls": PackageResources.calls_js,
        "clock": PackageResources.clock_js,
        "columns": PackageResources.columns_js,
        "counts": PackageResources.counts_js,
        "daemons": PackageResources.daemons_js,
        "detail": PackageResources.detail_js,
        "dom": PackageResources.dom_js,
        "events": PackageResources.events_js,
        "fleet": PackageResources.fleet_js,
        "freshness": PackageResources.freshness_js,
        "grid": PackageResources.grid_js,
        "health": PackageResources.health_js,
        "history": PackageResources.history_js,
        "keys": PackageResources.keys_js,
        "link": PackageResources.link_js,
        "listing": PackageResources.listing_js,
        "main": PackageResources.main_js,
        "paint": PackageResources.paint_js,
        "record": PackageResources.record_js,
        "records": PackageResources.records_js,
        "rows": PackageResources.rows_js,
        "spells": PackageResources.spells_js,
        "stream": PackageResources.stream_js,
        "timeline": PackageResources.timeline_js,
        "times": PackageResources.times_js,
        "token": PackageResources.token_js,
        "toolbar": PackageResources.toolbar_js,
        "totals": PackageResources.totals_js,
        "verdict": PackageResources.verdict_js,
        "view": PackageResources.view_js,
        "words": PackageResources.words_js,
    ]
}
