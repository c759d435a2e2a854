/// How long a client waits.
public struct ClientConfiguration: Hashable, Sendable {
    /// The longest time until one endpoint begins to answer; then the next one is tried.
    public var answerTimeout = Duration.seconds(5)
    /// The longest time from the beginning of an answer to its end: a list of 100,000 services takes seconds.
    public var bodyTimeout = Duration.seconds(60)
    /// The largest answer that is read, in bytes; 100,000 services take about 60 MB.
    public var maximumReplyBytes = 1 << 30
    /// What the daemons know the caller by; `nil` where they ask for no credential.
    ///
    /// It is sent to every endpoint, in clear where the address does not begin with `https`.
    public var credential: Credential?
    /// The host of the relay whose heartbeats are sent; `nil` where they are the caller's own.
    ///
    /// Services on other hosts that were last heard through a relay are `unknown` (`reporter_lost`) when it is lost.
    public var relay: String?
    /// No further endpoint is tried this long after a call was made; `nil` where each is.
    ///
    /// What is passed on for others must not arrive when it has long ceased to be true.
    package var lastTryAfter: Duration?
    /// What is trusted, and shown, where an address begins with `https`.
    ///
    /// The files are read once in the life of the process.
    public var tls = ClientTLS()

    /// The defaults.
    public init() {}
}
