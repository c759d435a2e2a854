import LivenessCore
import RollcallServer
import RollcallWire
import Yams

/// The file of `auth.tokens_file`: who may do what, and the SHA-256 of their tokens, the name in their certificates, or
/// their user on this machine.
///
///     tokens:
///       - name: node1
///         sha256: 0000000000000000000000000000000000000000000000000000000000000001
///         roles: [reporter]
///         hosts: [node1]
///         binaries: [nova-compute]
///         expires: 2027-01-01T00:00:00Z
///       - name: scheduler
///         certificate: scheduler.example.org
///         roles: [reader]
///       - name: ann
///         user: ann
///         roles: [operator]
///     revoked: [0000000000000000000000000000000000000000000000000000000000000002]
///
/// Of one name there may be several, so that a new token can be given out before the old one is taken back.
struct TokensFile {
    private static let keys = [
        "name", "sha256", "certificate", "user", "roles", "hosts", "binaries", "topics", "zones", "expires",
        "requests_per_second",
    ]
    /// What tells who somebody is.
    private static let proofs = ["sha256", "certificate", "user"]
    private static let placesOfReporters = ["hosts", "binaries", "topics", "zones"]
    private static let expectedDigest = "64 hexadecimal digits"
    /// 100,000 entries take some 20 MiB.
    private static let mostBytes = 64 << 20
    private static let expectedName = "1 to 64 of the characters A-Z, a-z, 0-9, '.', '_' and '-'"
    private static let expectedPattern = "1 to 255 bytes without a slash, in which * stands for any"

    private var file: EntryFile
    private var credentials: [AccessList.Credential] = []
    private var proofs: Set<AccessList.Proof> = []
    private var revoked: Set<[UInt8]> = []

    /// - Throws: All that is wrong with it, at once.
    static func read(_ path: String) throws(SettingErrors) -> AccessList {
        var tokens = TokensFile(path)
        // Whoever can write the file can do everything.
        if let text = tokens.file.trustedText(mostBytes: mostBytes) { tokens.read(text) }
        return try tokens.list()
    }

    /// The same of what a file called so would hold.
    static func read(text: String, of path: String) throws(SettingErrors) -> AccessList {
        var tokens = TokensFile(path)
        tokens.read(text)
        return try tokens.list()
    }

    private func list() throws(SettingErrors) -> AccessList {
        guard file.errors.isEmpty else { throw SettingErrors(file.errors) }
        return AccessList(credentials, revoked: revoked)
    }

    private init(_ path: String) {
        // Somebody may have taken the token itself for its hash: it must not come to a log.
        file = EntryFile(path: path) { key, text in key == "sha256" || text.contains("rollcall_") }
    }

    private mutating func read(_ text: String) {
        let (entries, others) = file.list(text, below: "tokens")
        for (key, value) in others { readRevoked(key, value) }
        for (number, entry) in entries.enumerated() { read(entry, as: "tokens[\(number)]") }
    }

    private mutating func readRevoked(_ key: Node, _ value: Node) {
        let line = key.mark?.line ?? 1
        guard key.string == "revoked" else {
            return file.fail(line, file.shown(key.string ?? ""), "unknown; expected tokens and revoked")
        }
        let raw = SettingsFile.raw(value)
        if raw == .null || raw == .list([]) { return }
        guard let digests = EntryFile.list(raw, Self.bytes(hexadecimal:)) else {
            return file.fail(
                line,
                "revoked",
                "\(file.shown(raw.text)) is not valid; expected a list: SHA-256 of certificates, "
                    + "\(Self.expectedDigest) each"
            )
        }
        revoked = Set(digests)
    }

    private mutating func read(_ node: Node, as place: String) {
        let errorsBefore = file.errors.count
        guard let entry = file.entry(node, as: place, keys: Self.keys) else { return }
        let (line, values) = (entry.line, entry.values)

        func value<Value>(_ key: String, _ expected: String, _ read: (RawSetting) -> Value?) -> Value? {
            file.value(key, of: entry, expected, read)
        }
        let name = value("name", Self.expectedName) { raw in
            EntryFile.scalar(raw).flatMap { $0.wholeMatch(of: #/[A-Za-z0-9._-]{1,64}/#) == nil ? nil : $0 }
        }
        let digest = value("sha256", "the token's SHA-256, \(Self.expectedDigest)") { raw in
            EntryFile.scalar(raw).flatMap(Self.bytes(hexadecimal:)).flatMap {
                $0 == AccessList.digest(of: "") ? nil : $0
            }
        }
        let certificate = value("certificate", "a name of the certificate, 1 to 255 characters") { raw in
            EntryFile.scalar(raw).flatMap { (1...255).contains($0.utf8.count) ? $0 : nil }
        }
        let user = value("user", "a user of this machine, by name or id", Self.user)
        if Self.proofs.count(where: { values[$0] != nil }) != 1 {
            file.fail(line, place, "is missing sha256, certificate or user; expected one of the three")
        }
        let roles = value("roles", "a list of \(Role.allCases.map(\.word).joined(separator: ", "))") { raw in
            EntryFile.list(raw, Role.init)
        }
        let hosts = value("hosts", "a list: \(Self.expectedPattern)") { EntryFile.list($0, NamePattern.init) }
        let binaries = value("binaries", "a list: \(Self.expectedPattern)") { EntryFile.list($0, NamePattern.init) }
        let topics = value("topics", "a list: \(Self.expectedPattern)") { EntryFile.list($0, NamePattern.init) }
        let zones = value("zones", "a list: \(Self.expectedPattern)") { EntryFile.list($0, NamePattern.init) }
        let expires = value("expires", "a time such as 2027-01-01T00:00:00Z") { raw in
            EntryFile.scalar(raw).flatMap { WireTime($0) }
        }
        let most = value("requests_per_second", "a whole number from 1 to 1000000") { raw in
            EntryFile.scalar(raw).flatMap { Int($0) }.flatMap { (1...1_000_000).contains($0) ? $0 : nil }
        }
        for key in ["name", "roles"] where values[key] == nil { file.fail(line, "\(place).\(key)", "is missing") }
        if let roles {
            let isReporter = roles.contains(.reporter)
            if isReporter, values["hosts"] == nil {
                file.fail(line, "\(place).hosts", "is missing: a reporter beats for the hosts it names")
            } else if !isReporter, let named = Self.placesOfReporters.first(where: { values[$0] != nil }) {
                file.fail(
                    values[named]?.line ?? line,
                    "\(place).\(named)",
                    "is for the role reporter, which is not among roles"
                )
            }
        }
        let proof =
            digest.map { AccessList.Proof.token(digest: $0) } ?? certificate.map { .certificate(name: $0) }
            ?? user.map { .user(id: $0) }
        if let proof, !proofs.insert(proof).inserted {
            let key = Self.proofs.first { values[$0] != nil } ?? ""
            file.fail(line, "\(place).\(key)", "is there twice; expected each once")
        }
        guard file.errors.count == errorsBefore, let name, let proof, let roles else { return }
        let all = [NamePattern("*")].compactMap { $0 }
        credentials.append(
            AccessList.Credential(
                proof: proof,
                identity: Identity(
                    name: name,
                    roles: Roles(roles),
                    hosts: hosts ?? [],
                    binaries: binaries ?? all,
                    topics: topics ?? all,
                    zones: zones ?? all,
                    requestsPerSecond: most
                ),
                expires: expires.map { Timestamp(microseconds: $0.microseconds) }
            )
        )
    }

    // MARK: Writing

    /// An entry for the token with that SHA-256, as it stands in the list.
    static func entry(
        name: String,
        sha256: [UInt8],
        roles: [String],
        patterns: [(key: String, values: [String])],
        expires: String?
    ) -> String {
        var lines = ["  - name: \(quoted(name))", "    sha256: \(hexadecimal(sha256))", "    roles: \(quoted(roles))"]
        for (key, values) in patterns where !values.isEmpty { lines.append("    \(key): \(quoted(values))") }
        if let expires { lines.append("    expires: \(quoted(expires))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ texts: [String]) -> String {
        "[" + texts.map(quoted).joined(separator: ", ") + "]"
    }

    /// Between single quotes YAML takes everything but a single quote as it is.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The id of a user, who is looked up once: who asks is known by it.
    ///
    /// Everybody whom a daemon in a user namespace cannot see has the id 65534: that is nobody.
    private static func user(_ raw: RawSetting) -> UInt32? {
        guard let text = EntryFile.scalar(raw), !text.isEmpty else { return nil }
        let id = UInt32(text) ?? UserDirectory.id(of: text)
        return id == LocalSocket.nobody ? nil : id
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
