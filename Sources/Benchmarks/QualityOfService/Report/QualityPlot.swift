import LivenessTesting

/// The figures of all paces as one picture: how late deaths are noticed, and how often the living are called down.
package struct QualityPlot {
    private struct Frame {
        var left: Double
        var top: Double
        var width = 380.0
        var height = 200.0
        var bottom: Double { top + height }
    }

    /// Of mistakes in 1,000 service-hours; below the least one lies *none*.
    private static let decades = -1...6
    private static let grey = "#bbb"

    private var drawing = SVGDrawing(width: 960, height: 600)
    private let lines: [QualityLine]

    package init(_ lines: [QualityLine]) {
        self.lines = lines
        drawLateness(Frame(left: 70, top: 40))
        drawMistakes(.standard, Frame(left: 550, top: 40))
        drawMistakes(.tight, Frame(left: 70, top: 320))
        drawMistakes(.short, Frame(left: 550, top: 320))
        drawLegend(y: 580)
    }

    package var text: String { drawing.text }

    private static func colour(_ driver: DriverKind) -> String {
        switch driver {
        case .database: "#1b6ca8"
        case .zooKeeper: "#c0561f"
        case .memcached: "#3a8f3a"
        }
    }

    private mutating func drawFrame(_ frame: Frame, _ title: String) {
        drawing.text(title, x: frame.left, y: frame.top - 10, isBold: true)
        let right = frame.left + frame.width
        drawing.line(
            [(frame.left, frame.top), (frame.left, frame.bottom), (right, frame.bottom)],
            colour: "#222",
            width: 1
        )
    }

    // MARK: Detection

    /// The part of all deaths that are noticed within a time after the deadline.
    private mutating func drawLateness(_ frame: Frame) {
        drawFrame(frame, "Deaths noticed after the deadline, two daemons, 60 s, agents, all losses")
        let own = lines.filter { $0.plan.pace == .standard && $0.plan.daemons == 2 && $0.plan.reporting == .agent }
        let all = own.flatMap { $0.figures.detections.map(\.beyondDeadline) }
        let least = min(0, ((all.min() ?? 0) * 4).rounded(.down) / 4)
        let greatest = max(0.25, ((all.max() ?? 1) * 4).rounded(.up) / 4)
        func x(_ seconds: Double) -> Double { frame.left + (seconds - least) / (greatest - least) * frame.width }
        for part in [0.0, 0.5, 0.99, 1] {
            let y = frame.bottom - part * frame.height
            drawing.line([(frame.left, y), (frame.left + frame.width, y)], colour: Self.grey, width: 0.5)
            if part != 0.99 {
                drawing.text("\((part * 100).text(decimals: 0)) %", x: frame.left - 6, y: y + 4, anchor: "end")
            }
        }
        for mark in stride(from: least, through: greatest, by: 0.25) {
            drawing.text((mark * 1_000).text(decimals: 0), x: x(mark), y: frame.bottom + 14, anchor: "middle")
        }
        drawing.text("ms", x: frame.left + frame.width, y: frame.bottom + 28, anchor: "end")
        for driver in DriverKind.allCases {
            let detections = own.filter { $0.plan.driver == driver }.flatMap(\.figures.detections)
            for isAtHearer in [true, false] {
                let times = Quantiles(detections.filter { $0.isAtHearer == isAtHearer }.map(\.beyondDeadline))
                if times.isEmpty { continue }
                let points = (0...100).map { step in
                    let part = Double(step) / 100
                    return (x: x(times.quantile(part)), y: frame.bottom - part * frame.height)
                }
                drawing.line(points, colour: Self.colour(driver), isDashed: !isAtHearer)
            }
        }
    }

    // MARK: Mistakes

    private mutating func drawMistakes(_ pace: Pace, _ frame: Frame) {
        drawFrame(frame, "Mistakes in 1,000 service-hours, two daemons: \(pace.rawValue)")
        let none = Double(Self.decades.lowerBound) - 1
        func y(_ decade: Double) -> Double {
            frame.bottom - (decade - none) / (Double(Self.decades.upperBound) - none) * frame.height
        }
        for decade in Self.decades where decade >= 0 {
            let height = y(Double(decade))
            drawing.line([(frame.left, height), (frame.left + frame.width, height)], colour: Self.grey, width: 0.5)
            let zeros = String(repeating: "0", count: decade)
            drawing.text("1\(zeros)", x: frame.left - 6, y: height + 4, anchor: "end")
        }
        drawing.text("none", x: frame.left - 6, y: frame.bottom + 4, anchor: "end")
        let losses = QualityRun.losses
        func x(_ position: Int) -> Double { frame.left + (Double(position) + 0.5) / Double(losses.count) * frame.width }
        for (position, loss) in losses.enumerated() {
            let words = "\((loss * 100).text(decimals: 0)) % lost"
            drawing.text(words, x: x(position), y: frame.bottom + 14, anchor: "middle")
        }
        for (offset, driver) in DriverKind.allCases.enumerated() {
            for reporting in Reporting.allCases {
                let points = losses.enumerated().compactMap { position, loss in
                    lines.first { line in
                        line.plan.pace == pace && line.plan.daemons == 2 && line.plan.driver == driver
                            && line.plan.reporting == reporting && line.plan.loss == loss
                    }.map { line in
                        let perHour = line.figures.mistakeRecurrenceHours.map { 1_000 / $0 } ?? 0
                        let decade = perHour > 0 ? max(Double(Self.decades.lowerBound), perHour.decimalLogarithm) : none
                        // Beside each other, so that those who agree are all seen.
                        return (x: x(position) + Double(offset - 1) * 5, y: y(decade))
                    }
                }
                let colour = Self.colour(driver)
                drawing.line(points, colour: colour, width: 1, isDashed: reporting == .oneWay)
                for point in points {
                    drawing.dot(x: point.x, y: point.y, colour: colour, isFilled: reporting == .agent)
                }
            }
        }
    }

    private mutating func drawLegend(y: Double) {
        for (position, driver) in DriverKind.allCases.enumerated() {
            let x = 70 + Double(position) * 100
            drawing.line([(x, y - 4), (x + 20, y - 4)], colour: Self.colour(driver), width: 3)
            drawing.text(driver.rawValue, x: x + 26, y: y)
        }
        drawing.text(
            "left above: solid where the last heartbeat was heard, dashed at the other daemon; else: filled agent, hollow one-way",
            x: 380,
            y: y
        )
    }
}
