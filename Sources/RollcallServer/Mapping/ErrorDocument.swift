import RollcallWire

/// The contract's error document as bytes.
enum ErrorDocument {
    static func bytes(_ error: WireError) -> [UInt8] {
        // The document holds texts and whole numbers only, so that encoding cannot fail; should it all the same, the
        // code still gets through.
        if let data = try? WireJSON.encode(ErrorReply(error: error)) { return Array(data) }
        return Array(#"{"error":{"code":"internal","message":"an error that cannot be told","detail":{}}}"#.utf8)
    }
}
