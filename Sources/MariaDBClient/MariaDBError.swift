import CMariaDB

/// What the server or the library said when something could not be done.
package struct MariaDBError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The server's error number (from 1000 on) or the library's (2000 to 2999, 5000 to 5999); 0: our own.
    package var number: UInt32
    package var message: String

    package init(number: UInt32 = 0, _ message: String) {
        self.number = number
        self.message = message
    }

    package var description: String {
        number == 0 ? message : "\(message) (error \(number))"
    }

    private func isOne(of numbers: Int32...) -> Bool {
        numbers.contains { UInt32($0) == number }
    }

    /// The connection is of no use any more; whether the server did what was asked is not known.
    package var isConnectionLost: Bool {
        (2000..<3000).contains(number) || number == 0
            || isOne(of: ER_CONNECTION_KILLED, ER_SERVER_SHUTDOWN, ER_NET_READ_ERROR, ER_NET_READ_INTERRUPTED)
            || isOne(of: ER_NET_ERROR_ON_WRITE, ER_NET_WRITE_INTERRUPTED, ER_NEW_ABORTING_CONNECTION)
    }

    /// The server undid the whole transaction to let another one go on: it may be tried again.
    package var isDeadlock: Bool { isOne(of: ER_LOCK_DEADLOCK, ER_CHECKREAD) }

    /// A lock was not to be had in time.
    package var isLockTimeout: Bool { isOne(of: ER_LOCK_WAIT_TIMEOUT) }

    /// A row of that key is there already.
    package var isDuplicateKey: Bool { isOne(of: ER_DUP_ENTRY) }

    /// A table was changed since the snapshot began that is to be read.
    package var isTableChanged: Bool { isOne(of: ER_TABLE_DEF_CHANGED) }

    package var isMissingTable: Bool { isOne(of: ER_NO_SUCH_TABLE) }

    /// The server cannot write now, or not yet: read-only, full, too busy, or a Galera node that is not in sync.
    package var isUnableNow: Bool {
        isOne(of: ER_OPTION_PREVENTS_STATEMENT, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_UNKNOWN_COM_ERROR)
            || isOne(of: ER_DISK_FULL, ER_RECORD_FILE_FULL, ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS)
            || isOne(of: ER_STATEMENT_TIMEOUT, ER_QUERY_INTERRUPTED, ER_OUTOFMEMORY, ER_OUT_OF_RESOURCES)
            || isOne(of: ER_ERROR_DURING_COMMIT, ER_ERROR_ON_WRITE, ER_OPEN_AS_READONLY, ER_GET_ERRNO)
            || isOne(of: ER_USER_LIMIT_REACHED, ER_READ_ONLY_MODE)
    }

    /// Who connects may not, or not to that database.
    package var isRefused: Bool {
        isOne(of: ER_ACCESS_DENIED_ERROR, ER_DBACCESS_DENIED_ERROR, ER_BAD_DB_ERROR, ER_HOST_NOT_PRIVILEGED)
            || isOne(of: ER_HOST_IS_BLOCKED, ER_TABLEACCESS_DENIED_ERROR)
    }
}
