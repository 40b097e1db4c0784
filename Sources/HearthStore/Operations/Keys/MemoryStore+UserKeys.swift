package import HearthModel
import HearthSQLite

extension MemoryStore {
    /// The keys that the file has for its users, by user and number. No key of the provider is needed.
    package func userKeys() throws -> [UserKey] {
        try read { snapshot in
            try snapshot.connection.rows(
                """
                SELECT users.user_id, data_keys.number, data_keys.provider_key, data_keys.created_at, data_keys.retired_at
                FROM data_keys JOIN users USING (user_key) ORDER BY users.user_id, data_keys.number
                """,
                as: { row in
                    UserKey(
                        userID: UserID(rawValue: row.string(0)),
                        number: row.int(1),
                        providerKey: row.string(2),
                        createdAt: Timestamp(rawValue: row.int64(3)).date,
                        retiredAt: row.optionalInt64(4).map { Timestamp(rawValue: $0).date }
                    )
                }
            )
        }
    }
}
