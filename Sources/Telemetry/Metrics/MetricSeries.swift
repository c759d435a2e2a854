/// One series, or the several samples of one histogram: what a handler adds to and a scrape reads.
protocol MetricSeries: AnyObject, Sendable {
    /// Appends the sample lines; `labels` is empty or as in `MetricLabels.text`.
    func write(name: String, labels: String, to text: inout String)
}

extension MetricSeries {
    func writeSample(_ name: String, _ labels: String, _ value: String, to text: inout String) {
        text += name
        if !labels.isEmpty {
            text += "{"
            text += labels
            text += "}"
        }
        text += " "
        text += value
        text += "\n"
    }
}

extension Double {
    /// The number as Prometheus reads it: integers without a fraction, `+Inf`, `-Inf`, `NaN`.
    var prometheusText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if let integer = Int64(exactly: self), abs(self) < 1e15 { return String(integer) }
        return description
    }
}
