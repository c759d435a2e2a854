import HTTPTypes
import RollcallWire

extension HTTPField.Name {
    /// `Rollcall-API-Version`.
    static let apiVersion = HTTPField.Name(APIVersion.headerName) ?? .server
    /// `Rollcall-Datagram-Port`: where heartbeats are read as datagrams, beside the address that was asked.
    static let datagramPort = HTTPField.Name(DatagramPort.headerName) ?? .server
    /// `Rollcall-Relay`: the host of the agent through which heartbeats came.
    static let relay = HTTPField.Name(HeartbeatsRequest.relayHeader) ?? .server
    /// `Rollcall-Bitmap-First`: the index that the first bit of a bitmap stands for.
    static let bitmapFirst = HTTPField.Name(UpBitmap.firstHeader) ?? .server
    /// `Rollcall-Bitmap-Count`: how many bits a bitmap has.
    static let bitmapCount = HTTPField.Name(UpBitmap.countHeader) ?? .server
    /// `Referrer-Policy`: whom the page tells where its reader came from.
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .server
    /// `X-Auth-Token`: how OpenStack's clients send a token.
    static let authToken = HTTPField.Name("X-Auth-Token") ?? .server
    /// `Last-Event-ID`: what a watcher that comes back has seen last.
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .server
}
