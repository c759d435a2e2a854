/// The release this command line belongs to.
enum Release {
    static let current = "2.0.0"
}
