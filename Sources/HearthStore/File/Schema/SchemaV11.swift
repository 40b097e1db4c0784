/// The schema that counts searches that found nothing.
enum SchemaV11 {
    static let statements = """
        CREATE TABLE unanswered_searches (
            -- How often an agent has searched among others' memories of a user and found nothing, by day: never what it searched for.
            -- Days since 1970-01-01, of UTC.
            day INTEGER NOT NULL,
            user_key INTEGER NOT NULL,
            agent_key INTEGER NOT NULL,
            searches INTEGER NOT NULL CHECK (searches > 0),
            PRIMARY KEY (day, user_key, agent_key)
        ) STRICT, WITHOUT ROWID;
        """
}
