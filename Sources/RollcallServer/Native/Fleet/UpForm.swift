import RollcallWire

/// The forms in which a daemon says who is up in a group.
enum UpForm {
    /// The hosts in a document.
    case json
    /// The hosts, one a line.
    case text
    /// The services, by their indexes.
    case bitmap

    /// What an `Accept` asks for: of several forms that it names JSON before text, and text before the bitmap; JSON
    /// where it names none.
    init(accept: String?) {
        let accept = accept?.lowercased() ?? ""
        if accept.contains("application/json") {
            self = .json
        } else if accept.contains("text/plain") {
            self = .text
        } else if accept.contains(UpBitmap.mediaType) {
            self = .bitmap
        } else {
            self = .json
        }
    }

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .text: "text/plain; charset=utf-8"
        case .bitmap: UpBitmap.mediaType
        }
    }
}
