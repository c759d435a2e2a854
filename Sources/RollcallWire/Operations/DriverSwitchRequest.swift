/// What `POST /v1/drivers/switch` asks for.
public struct DriverSwitchRequest: Hashable, Codable, Sendable {
    /// The driver that is to decide.
    public var driver: String
    /// Also while it does not answer, or disagrees with what stands.
    public var force: Bool?

    /// A request that this driver is to decide.
    public init(driver: String, force: Bool? = nil) {
        self.driver = driver
        self.force = force
    }
}
