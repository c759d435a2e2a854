/// One line of a table: what was simulated and what was seen.
package struct QualityLine: Sendable {
    package var plan: QualityPlan
    package var figures: QualityFigures

    package init(plan: QualityPlan, figures: QualityFigures) {
        self.plan = plan
        self.figures = figures
    }

    /// Alone a daemon judges by what it hears itself, whatever its driver.
    var driverText: String { plan.daemons == 1 ? "any (one daemon)" : plan.driver.rawValue }

    var lossText: String { "\((plan.loss * 100).text(decimals: 0)) %" }
}

extension Double {
    /// With so many digits after the point.
    func text(decimals: Int) -> String {
        guard isFinite, magnitude < 1e12 else { return "-" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int64((magnitude * scale).rounded())
        let sign = self < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let digits = String(whole)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }
}
