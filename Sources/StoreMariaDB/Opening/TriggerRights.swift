import LivenessCore
import MariaDBClient

/// Whether whoever changes the schema may make triggers: asked before anything is made, because half an expansion helps
/// nobody.
struct TriggerRights: Sendable {
    /// Fails with the statement that an administrator would have to run.
    static func check(_ session: MariaDBSession) throws {
        guard try holds("TRIGGER", session) else {
            let (user, database) = try whoAndWhere(session)
            throw StoreError(
                .schema,
                "this step makes triggers, and \(user) may not: run GRANT TRIGGER ON `\(database)`.* TO \(user)"
            )
        }
        let distrusts =
            try session.rows("SELECT @@log_bin AND NOT @@log_bin_trust_function_creators", []) {
                try $0.integer(0) == 1
            }.first ?? false
        guard try !distrusts || holds("SUPER", session) else {
            throw StoreError(
                .schema,
                """
                this step makes triggers, and the server, which writes a binary log, trusts only SUPER with that: \
                run SET GLOBAL log_bin_trust_function_creators = 1
                """
            )
        }
    }

    /// Whether a right is held on the whole server or on this database, oneself or by the role that is on.
    private static func holds(_ right: String, _ session: MariaDBSession) throws -> Bool {
        try session.rows(
            """
            SELECT 1 FROM (SELECT grantee, privilege_type FROM information_schema.user_privileges UNION ALL \
            SELECT grantee, privilege_type FROM information_schema.schema_privileges \
            WHERE database() LIKE table_schema) AS granted WHERE privilege_type = ? \
            AND (grantee = concat('''', replace(current_user(), '@', '''@'''), '''') \
            OR grantee = concat('''', current_role(), '''@''''') OR grantee = concat('''', current_role(), ''''))
            """,
            [.text(right)]
        ) { _ in }.isEmpty == false
    }

    private static func whoAndWhere(_ session: MariaDBSession) throws -> (user: String, database: String) {
        let found = try session.rows(
            "SELECT concat('''', replace(current_user(), '@', '''@'''), ''''), database()",
            []
        ) { (try $0.text(0) ?? "", try $0.text(1) ?? "") }
        return found.first ?? ("", "")
    }
}
