import Foundation
import Glibc
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
    ]
    /// What tells who somebody is.
    private static let proofs = ["sha256", "certificate", "user"]
    private static let placesOfReporters = ["hosts", "binaries", "topics", "zones"]
    private static let expectedDigest = "64 hexadecimal digits"
    /// 100,000 entries take some 20 MiB.
    private static let mostBytes = 64 << 20
    private static let expectedName = "1 to 64 of the characters A-Z, a-z, 0-9, '.', '_' and '-'"
    private static let expectedPattern = "1 to 255 bytes without a slash, in which * stands for any"

    private let path: String
    private var credentials: [AccessList.Credential] = []
    private var proofs: Set<AccessList.Proof> = []
    private var revoked: Set<[UInt8]> = []
    private var errors: [SettingError] = []

    /// - Throws: All that is wrong with it, at once.
    static func read(_ path: String) throws(SettingErrors) -> AccessList {
        var file = TokensFile(path: path)
        if let text = file.text() { file.read(text) }
        return try file.list()
    }

    /// The same of what a file called so would hold.
    static func read(text: String, of path: String) throws(SettingErrors) -> AccessList {
        var file = TokensFile(path: path)
        file.read(text)
        return try file.list()
    }

    private func list() throws(SettingErrors) -> AccessList {
        guard errors.isEmpty else { throw SettingErrors(errors) }
        return AccessList(credentials, revoked: revoked)
    }

    private init(path: String) {
        self.path = path
    }

    /// Whoever can write the file can do everything.
    private mutating func text() -> String? {
        let data: Data
        do {
            // What it is a link to is what counts.
            let target = URL(filePath: path).resolvingSymlinksInPath()
            let attributes = try FileManager.default.attributesOfItem(atPath: target.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular,
                let size = attributes[.size] as? NSNumber, size.intValue <= Self.mostBytes
            else {
                fail(1, nil, "is no file of at most \(Self.mostBytes >> 20) MiB")
                return nil
            }
            guard let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o022 == 0 else {
                fail(1, nil, "others than its owner may write it; expected `chmod go-w \(path)`")
                return nil
            }
            guard let owner = attributes[.ownerAccountID] as? NSNumber, [0, geteuid()].contains(owner.uint32Value)
            else {
                fail(1, nil, "belongs to another user; expected it to be root's, or the daemon's own")
                return nil
            }
            data = try Data(contentsOf: target)
        } catch {
            fail(1, nil, "cannot be read: \((error as? CocoaError)?.reason ?? String(describing: error))")
            return nil
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            fail(1, nil, "not UTF-8; expected YAML in UTF-8")
            return nil
        }
        return text
    }

    private mutating func read(_ text: String) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            let (line, message) = error.place(in: text)
            return fail(line, nil, message)
        } catch {
            return fail(1, nil, "not readable as YAML: \(error)")
        }
        guard let mapping = root?.mapping, let list = mapping["tokens"] else {
            return fail(root?.mark?.line ?? 1, nil, "expected the key tokens, with a list")
        }
        for (key, value) in mapping where key.string != "tokens" { readRevoked(key, value) }
        guard let entries = list.sequence else {
            if SettingsFile.raw(list) == .null { return }
            return fail(list.mark?.line ?? 1, "tokens", "is not a list")
        }
        for (number, entry) in entries.enumerated() { read(entry, as: "tokens[\(number)]") }
    }

    private mutating func readRevoked(_ key: Node, _ value: Node) {
        let line = key.mark?.line ?? 1
        guard key.string == "revoked" else {
            return fail(line, key.string, "unknown; expected tokens and revoked")
        }
        let raw = SettingsFile.raw(value)
        if raw == .null || raw == .list([]) { return }
        guard let digests = Self.list(raw, Self.bytes(hexadecimal:)) else {
            return fail(
                line,
                "revoked",
                "\(raw.text) is not valid; expected a list: SHA-256 of certificates, "
                    + "\(Self.expectedDigest) each"
            )
        }
        revoked = Set(digests)
    }

    private mutating func read(_ entry: Node, as place: String) {
        let line = entry.mark?.line ?? 1
        guard let mapping = entry.mapping else { return fail(line, place, "is not a mapping") }
        let errorsBefore = errors.count
        var values: [String: (raw: RawSetting, line: Int)] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            let line = key.mark?.line ?? line
            guard Self.keys.contains(name) else {
                let shown = name.contains("rollcall_") ? "a key" : name
                fail(line, "\(place).\(shown)", "unknown; expected one of \(Self.keys.joined(separator: ", "))")
                continue
            }
            values[name] = (SettingsFile.raw(value), line)
        }

        /// The value of a key, if it is there and is what is expected.
        func value<Value>(_ key: String, _ expected: String, _ read: (RawSetting) -> Value?) -> Value? {
            guard let (raw, line) = values[key] else { return nil }
            if let value = read(raw) { return value }
            // Somebody may have taken the token itself for its hash: it must not come to a log.
            let shown = key == "sha256" || raw.text.contains("rollcall_") ? "what is there" : raw.text
            fail(line, "\(place).\(key)", "\(shown) is not valid; expected \(expected)")
            return nil
        }
        let name = value("name", Self.expectedName) { raw in
            Self.scalar(raw).flatMap { $0.wholeMatch(of: #/[A-Za-z0-9._-]{1,64}/#) == nil ? nil : $0 }
        }
        let digest = value("sha256", "the token's SHA-256, \(Self.expectedDigest)") { raw in
            Self.scalar(raw).flatMap(Self.bytes(hexadecimal:)).flatMap { $0 == AccessList.digest(of: "") ? nil : $0 }
        }
        let certificate = value("certificate", "a name of the certificate, 1 to 255 characters") { raw in
            Self.scalar(raw).flatMap { (1...255).contains($0.utf8.count) ? $0 : nil }
        }
        let user = value("user", "a user of this machine, by name or id", Self.user)
        if Self.proofs.count(where: { values[$0] != nil }) != 1 {
            fail(line, place, "is missing sha256, certificate or user; expected one of the three")
        }
        let roles = value("roles", "a list of \(Role.allCases.map(\.word).joined(separator: ", "))") { raw in
            Self.list(raw, Role.init)
        }
        let hosts = value("hosts", "a list: \(Self.expectedPattern)") { Self.list($0, NamePattern.init) }
        let binaries = value("binaries", "a list: \(Self.expectedPattern)") { Self.list($0, NamePattern.init) }
        let topics = value("topics", "a list: \(Self.expectedPattern)") { Self.list($0, NamePattern.init) }
        let zones = value("zones", "a list: \(Self.expectedPattern)") { Self.list($0, NamePattern.init) }
        let expires = value("expires", "a time such as 2027-01-01T00:00:00Z") { raw in
            Self.scalar(raw).flatMap { WireTime($0) }
        }
        for key in ["name", "roles"] where values[key] == nil { fail(line, "\(place).\(key)", "is missing") }
        if let roles {
            let isReporter = roles.contains(.reporter)
            if isReporter, values["hosts"] == nil {
                fail(line, "\(place).hosts", "is missing: a reporter beats for the hosts it names")
            } else if !isReporter, let named = Self.placesOfReporters.first(where: { values[$0] != nil }) {
                fail(
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
            fail(line, "\(place).\(key)", "is there twice; expected each once")
        }
        guard errors.count == errorsBefore, let name, let proof, let roles else { return }
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
                    zones: zones ?? all
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

    private mutating func fail(_ line: Int, _ key: String?, _ message: String) {
        errors.append(SettingError(origin: .file(path, line: line), key: key, message: message))
    }

    // MARK: Values

    private static func scalar(_ raw: RawSetting) -> String? {
        if case .scalar(let text, _) = raw { text } else { nil }
    }

    /// The id of a user, who is looked up once: who asks is known by it.
    ///
    /// Everybody whom a daemon in a user namespace cannot see has the id 65534: that is nobody.
    private static func user(_ raw: RawSetting) -> UInt32? {
        guard let text = scalar(raw), !text.isEmpty else { return nil }
        let id = UInt32(text) ?? UserDirectory.id(of: text)
        return id == LocalSocket.nobody ? nil : id
    }

    /// At least one, none of them unreadable.
    private static func list<Element>(_ raw: RawSetting, _ element: (String) -> Element?) -> [Element]? {
        guard let texts = try? [String](raw) else { return nil }
        let elements = texts.compactMap(element)
        return elements.isEmpty || elements.count < texts.count ? nil : elements
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
