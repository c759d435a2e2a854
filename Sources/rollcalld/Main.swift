import RollcallDaemon

@main
struct Main {
    static func main() async { await RollcalldCommand.main() }
}
