internal import Glibc

/// What a caller proves itself with: a bearer token.
///
/// Its text goes into requests and into no description: what is logged or dumped does not show it.
public struct Credential: Hashable, Sendable {
    private enum Source: Hashable {
        case text(String)
        case file(String)
    }

    private let source: Source

    /// The token of that text; `nil` where a header cannot hold it: it is empty, or has a space or anything beyond ASCII.
    public init?(token: String) {
        guard Self.isToken(token) else { return nil }
        source = .text(token)
    }

    /// The token in the first line of a file, which is read with each call: a new token needs no new start.
    public init(file: String) {
        source = .file(file)
    }

    /// The value of `Authorization`.
    func header() throws(ClientError) -> String { "Bearer \(try token())" }

    /// Its text.
    func token() throws(ClientError) -> String {
        switch source {
        case .text(let token): return token
        case .file(let path):
            guard let text = Self.beginning(of: path) else {
                throw ClientError(code: .notAllowed, message: "the token file \(path) cannot be read")
            }
            let line = text.prefix { !$0.isNewline }
            guard Self.isToken(line) else {
                throw ClientError(code: .notAllowed, message: "the first line of \(path) is no token")
            }
            return String(line)
        }
    }

    /// More than a token takes; a file may be anything.
    private static func beginning(of path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(file, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    private static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

extension Credential: CustomStringConvertible, CustomReflectable {
    /// The file, and not the token.
    public var description: String {
        switch source {
        case .text: "a token"
        case .file(let path): "the token in \(path)"
        }
    }

    /// Nothing of the token.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
