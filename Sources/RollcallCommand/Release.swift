/// The release this command line belongs to.
enum Release {
    static let current = "1.0.0"
}
