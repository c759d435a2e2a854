/// A setting that all daemons of one database share: what stands there counts, whatever their files say.
package struct FleetSetting: Hashable, Sendable {
    /// The setting that names the driver which decides.
    package static let driver = "liveness.driver"

    /// Of the configuration key.
    package var name: String
    package var value: String
    package var setAt: Timestamp
    /// The operator who changed it, or the daemon whose file gave it its first value.
    package var setBy: String

    package init(name: String, value: String, setAt: Timestamp, setBy: String) {
        self.name = name
        self.value = value
        self.setAt = setAt
        self.setBy = setBy
    }
}
