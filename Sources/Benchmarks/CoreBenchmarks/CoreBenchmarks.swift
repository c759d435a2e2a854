import Glibc

/// Measures the operations that happen most and ends with status 1 when one of them passes its thresholds.
///
/// No time decides: what is compared is counts of allocations, and CPU time as a multiple of a reference loop's, with
/// which each operation takes turns. They hold also while others use the machine.
@main
enum CoreBenchmarks {
    static let services = 100_000

    static func main() {
        var report = Report()
        report.add(.renewing) { Renewing(services: services) }
        report.add(.decoding) { Decoding(services: services) }
        report.add(.flushing) { Flushing(services: services) }
        report.add(.turning) { Turning(services: services) }
        report.add(.judging) { Judging(services: services, silent: services / 10) }
        report.add(.publishing) { Publishing(services: services, slices: 6) }
        report.add(.asking) { Asking(services: services) }
        report.add(.holding, HeldMemory.perService(of: services))
        report.end()
        exit(report.failures.isEmpty ? EXIT_SUCCESS : EXIT_FAILURE)
    }
}
