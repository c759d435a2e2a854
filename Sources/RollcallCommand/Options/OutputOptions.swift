internal import ArgumentParser

/// How what is found is written.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "table, json, csv, yaml or value.")
    var format: OutputFormat = .table

    @Option(
        name: [.short, .customLong("column")],
        help: ArgumentHelp("Show this column, a key of the JSON; repeat it for several.", valueName: "column")
    )
    var columns: [String] = []

    /// Writes rows in the format and with the columns asked for.
    func show<Row>(
        _ rows: [Row],
        of all: [Column<Row>],
        byDefault keys: [String]? = nil,
        as shape: Listing.Shape
    ) throws {
        let chosen = try Column.choose(columns, from: all, byDefault: keys)
        let listing = Listing(rows, chosen, shape)
        try Console.current.write(Renderer(console: Console.current).render(listing, as: format))
    }
}

extension OutputFormat: ExpressibleByArgument {}
