import CMariaDB
import Synchronization

/// A connection as it is used on its own thread: statements block until the server has answered.
///
/// Statements with arguments are prepared once and kept, as many as are asked for: whoever writes SQL writes it once,
/// and not with its values in it.
@safe package final class MariaDBSession {
    private static let library: Void = {
        _ = mysql_server_init(0, nil, nil)
    }()

    private let handle: UnsafeMutablePointer<MYSQL>
    private var statements: [String: PreparedStatement] = [:]
    /// False once an answer stayed away: nothing is known of the connection any more.
    private(set) var isUsable = true
    /// The id that the last insertion gave its row.
    package private(set) var lastInsertedID: Int64 = 0

    /// Connects, which blocks.
    init(_ configuration: MariaDBConfiguration) throws(MariaDBError) {
        Self.library
        guard let handle = unsafe mysql_init(nil) else { throw MariaDBError("there is no memory for a connection") }
        unsafe self.handle = handle
        try connect(configuration)
        for statement in configuration.setup { try command(statement) }
    }

    deinit {
        statements = [:]
        unsafe mysql_close(handle)
    }

    private func connect(_ configuration: MariaDBConfiguration) throws(MariaDBError) {
        set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
        set(MYSQL_OPT_CONNECT_TIMEOUT, seconds: configuration.connectLimit)
        set(MYSQL_OPT_READ_TIMEOUT, seconds: configuration.callLimit)
        set(MYSQL_OPT_WRITE_TIMEOUT, seconds: configuration.callLimit)
        // A server must never make us read our files to it.
        set(MYSQL_OPT_LOCAL_INFILE, number: 0)
        set(MYSQL_OPT_RECONNECT, flag: false)
        if let tls = configuration.tls {
            set(MYSQL_OPT_SSL_ENFORCE, flag: true)
            set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, flag: tls.verifiesServer)
            set(MYSQL_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
            if let authorities = tls.authorities { set(MYSQL_OPT_SSL_CA, authorities) }
            if let certificate = tls.certificate { set(MYSQL_OPT_SSL_CERT, certificate) }
            if let key = tls.key { set(MYSQL_OPT_SSL_KEY, key) }
        }
        var host: String?
        var port: UInt32 = 0
        var socket: String?
        switch configuration.address {
        case .tcp(let name, let number):
            (host, port) = (name, UInt32(number))
            // By its name alone "localhost" would mean a socket.
            set(MYSQL_OPT_PROTOCOL, number: MYSQL_PROTOCOL_TCP.rawValue)
        case .socket(let path):
            socket = path
            set(MYSQL_OPT_PROTOCOL, number: MYSQL_PROTOCOL_SOCKET.rawValue)
        }
        // The rows found count, not only those changed: an update that leaves a row as it is has met it.
        let connected = unsafe mysql_real_connect(
            handle,
            host,
            configuration.user,
            configuration.password,
            configuration.database,
            port,
            socket,
            UInt(CLIENT_FOUND_ROWS)
        )
        guard unsafe connected != nil else { throw lastError() }
    }

    private func set(_ option: mysql_option, _ text: String) {
        _ = unsafe text.withCString { unsafe mysql_options(handle, option, $0) }
    }

    private func set(_ option: mysql_option, number: UInt32) {
        var number = number
        _ = unsafe mysql_options(handle, option, &number)
    }

    private func set(_ option: mysql_option, flag: Bool) {
        var flag: my_bool = flag ? 1 : 0
        _ = unsafe mysql_options(handle, option, &flag)
    }

    private func set(_ option: mysql_option, seconds: Duration) {
        set(option, number: UInt32(clamping: max(1, seconds.components.seconds)))
    }

    /// The socket, for whoever wants to end a call from another thread.
    var socket: Int32 { unsafe mysql_get_socket(handle) }

    // MARK: Statements

    /// Runs a statement without arguments as it is, and drops whatever it answers.
    package func command(_ sql: String) throws(MariaDBError) {
        var text = sql
        let failed = text.withUTF8 { text in
            unsafe text.withMemoryRebound(to: CChar.self) {
                unsafe mysql_real_query(handle, $0.baseAddress, UInt($0.count)) != 0
            }
        }
        guard !failed else { throw noted(lastError()) }
        repeat {
            if let result = unsafe mysql_store_result(handle) { unsafe mysql_free_result(result) }
        } while unsafe mysql_next_result(handle) == 0
        let error = lastError()
        if error.number != 0 { throw noted(error) }
    }

    /// Runs a prepared statement; answers how many rows it met.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [MariaDBValue]) throws(MariaDBError) -> Int {
        let statement = try prepared(sql)
        do throws(MariaDBError) {
            let outcome = try statement.execute(arguments)
            lastInsertedID = outcome.insertedID
            return outcome.rows
        } catch {
            throw noted(error)
        }
    }

    /// Runs a prepared query and hands over its rows one by one.
    ///
    /// A row is good for as long as `read` runs.
    package func rows<Value>(
        _ sql: String,
        _ arguments: [MariaDBValue],
        _ read: (MariaDBRow) throws -> Value
    ) throws -> [Value] {
        let statement = try prepared(sql)
        do throws(MariaDBError) { _ = try statement.execute(arguments) } catch { throw noted(error) }
        defer { statement.freeResult() }
        var values: [Value] = []
        do {
            let row = try statement.storeResult()
            while try statement.fetch() { values.append(try read(row)) }
        } catch let error as MariaDBError {
            throw noted(error)
        }
        return values
    }

    private func prepared(_ sql: String) throws(MariaDBError) -> PreparedStatement {
        if let statement = statements[sql] { return statement }
        do throws(MariaDBError) {
            let statement = unsafe try PreparedStatement(sql, on: handle)
            statements[sql] = statement
            return statement
        } catch {
            throw noted(error)
        }
    }

    private func lastError() -> MariaDBError {
        let number = unsafe mysql_errno(handle)
        return MariaDBError(number: number, unsafe String(cString: mysql_error(handle)))
    }

    private func noted(_ error: MariaDBError) -> MariaDBError {
        if error.isConnectionLost { isUsable = false }
        return error
    }
}
