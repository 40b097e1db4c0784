internal import HearthModel

/// The schema of a hub: what `hearth hub init` makes, and brings to its present form.
///
/// Migrations are appended and never changed. All are applied in one transaction, under a lock.
enum HubSchema {
    static let migrations = [first, second, third]

    static func tooNew(_ version: Int, at name: String) -> MemoryError {
        MemoryError(
            code: .schemaTooNew,
            message:
                "A newer version of hearth made the hub at \(name) (schema \(version), and this build knows \(migrations.count)). Use that version here too."
        )
    }

    /// Makes the table of migrations, and locks it: so two that make or renew the hub do it one after another. The lock is
    /// one that no device's role may take, nor keep from being taken: it may read the table and nothing more.
    static let prepare = """
        DO $$
        BEGIN
            CREATE SCHEMA IF NOT EXISTS hearth;
            CREATE TABLE IF NOT EXISTS hearth.migrations (
                version integer PRIMARY KEY,
                applied timestamptz NOT NULL DEFAULT now()
            );
        EXCEPTION WHEN unique_violation OR duplicate_schema OR duplicate_table THEN
            NULL; -- Another administrator has made it this moment.
        END
        $$;
        LOCK TABLE hearth.migrations IN EXCLUSIVE MODE;
        """

    /// `rows.seq` counts in the order of commits: whoever publishes holds the row of the space until the commit, so a
    /// reader that sees a number sees all below it. A sequence would not do: numbers drawn first may be committed last, and
    /// a reader that has gone by misses them.
    ///
    /// A device's role may read its spaces and call `publish`, and nothing else. `publish` runs with the rights of the
    /// hub's owner, so its names are complete and its search path is fixed.
    private static let first = """
        CREATE TABLE hearth.spaces (
            space bytea PRIMARY KEY CHECK (length(space) = 16),
            next bigint NOT NULL DEFAULT 1
        );

        CREATE TABLE hearth.rows (
            space bytea NOT NULL REFERENCES hearth.spaces,
            seq bigint NOT NULL,
            id bytea NOT NULL CHECK (length(id) = 32),
            kind integer NOT NULL,
            ciphertext bytea NOT NULL,
            PRIMARY KEY (space, seq),
            UNIQUE (space, id)
        );
        ALTER TABLE hearth.rows ALTER COLUMN ciphertext SET STORAGE EXTERNAL;
        CREATE INDEX membership ON hearth.rows (space, seq) WHERE kind = 3;

        CREATE TABLE hearth.access (
            role text NOT NULL,
            space bytea NOT NULL REFERENCES hearth.spaces,
            PRIMARY KEY (role, space)
        );

        CREATE FUNCTION hearth.my_spaces() RETURNS bytea[]
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$
            SELECT coalesce(array_agg(a.space), '{}') FROM hearth.access a WHERE a.role = session_user
        $$;

        ALTER TABLE hearth.spaces ENABLE ROW LEVEL SECURITY;
        ALTER TABLE hearth.rows ENABLE ROW LEVEL SECURITY;
        ALTER TABLE hearth.access ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON hearth.spaces FOR SELECT USING (space = ANY ((SELECT hearth.my_spaces())::bytea[]));
        CREATE POLICY own ON hearth.rows FOR SELECT USING (space = ANY ((SELECT hearth.my_spaces())::bytea[]));

        CREATE FUNCTION hearth.publish(
            in_space bytea, ids bytea[], kinds integer[], ciphertexts bytea[], erased bytea[],
            OUT added bigint, OUT last bigint
        )
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$
        DECLARE
            start bigint;
            emptied bigint;
        BEGIN
            IF NOT in_space = ANY (hearth.my_spaces()) THEN
                RAISE EXCEPTION 'this role has no such space' USING ERRCODE = 'insufficient_privilege';
            END IF;
            IF cardinality(ids) <> cardinality(kinds) OR cardinality(ids) <> cardinality(ciphertexts) THEN
                RAISE EXCEPTION 'lists of different lengths' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            IF EXISTS (SELECT FROM unnest(ciphertexts) c WHERE length(c) = 0) THEN
                RAISE EXCEPTION 'a row is empty' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            IF cardinality(erased) > 0 AND NOT 2 = ANY (kinds) THEN
                RAISE EXCEPTION 'rows are emptied only with an erasure' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            -- From here to the commit nobody else publishes in this space.
            SELECT s.next INTO start FROM hearth.spaces s WHERE s.space = in_space FOR UPDATE;

            UPDATE hearth.rows r SET ciphertext = ''
            WHERE r.space = in_space AND r.id = ANY (erased) AND r.kind = 1 AND length(r.ciphertext) > 0;

            INSERT INTO hearth.rows (space, seq, id, kind, ciphertext)
            SELECT in_space, start + row_number() OVER (ORDER BY g.place) - 1, g.id, 1, ''
            FROM (SELECT e.id, min(e.place) AS place FROM unnest(erased) WITH ORDINALITY AS e(id, place) GROUP BY e.id) g
            WHERE NOT EXISTS (SELECT FROM hearth.rows r WHERE r.space = in_space AND r.id = g.id);
            GET DIAGNOSTICS emptied = ROW_COUNT;

            INSERT INTO hearth.rows (space, seq, id, kind, ciphertext)
            SELECT in_space, start + emptied + row_number() OVER (ORDER BY g.place) - 1, g.id, g.kind, g.ciphertext
            FROM (
                SELECT DISTINCT ON (u.id) u.id, u.kind, u.ciphertext, u.place
                FROM unnest(ids, kinds, ciphertexts) WITH ORDINALITY AS u(id, kind, ciphertext, place)
                ORDER BY u.id, u.place
            ) g
            WHERE NOT EXISTS (SELECT FROM hearth.rows r WHERE r.space = in_space AND r.id = g.id);
            GET DIAGNOSTICS added = ROW_COUNT;

            UPDATE hearth.spaces s SET next = s.next + emptied + added
            WHERE s.space = in_space RETURNING s.next - 1 INTO last;
            IF emptied + added > 0 THEN
                PERFORM pg_notify('hearth_' || encode(in_space, 'hex'), '');
            END IF;
        END
        $$;

        -- What follows is for the hub's administrator, whose role may make roles; it runs with that role's own rights.
        CREATE FUNCTION hearth.admit(in_role text, verifier text, in_space bytea) RETURNS void
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$
        BEGIN
            EXECUTE format(
                'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 16 PASSWORD %L',
                in_role, verifier);
            EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', in_role);
            EXECUTE format('GRANT USAGE ON SCHEMA hearth TO %I', in_role);
            EXECUTE format('GRANT SELECT ON hearth.spaces, hearth.rows, hearth.migrations TO %I', in_role);
            EXECUTE format(
                'GRANT EXECUTE ON FUNCTION hearth.my_spaces(), hearth.publish(bytea, bytea[], integer[], bytea[], bytea[]) TO %I',
                in_role);
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), in_role);
            INSERT INTO hearth.access (role, space) VALUES (in_role, in_space);
        END
        $$;

        CREATE FUNCTION hearth.dismiss(in_role text, in_space bytea) RETURNS boolean
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$
        BEGIN
            DELETE FROM hearth.access a WHERE a.role = in_role AND a.space = in_space;
            IF NOT FOUND THEN RETURN false; END IF;
            IF EXISTS (SELECT FROM hearth.access a WHERE a.role = in_role) THEN RETURN true; END IF;
            EXECUTE format('ALTER ROLE %I NOLOGIN', in_role);
            BEGIN
                PERFORM pg_terminate_backend(s.pid) FROM pg_stat_activity s WHERE s.usename = in_role;
            EXCEPTION WHEN insufficient_privilege THEN
                NULL; -- Its sessions see nothing any more.
            END;
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', current_database(), in_role);
            EXECUTE format(
                'REVOKE ALL ON FUNCTION hearth.my_spaces(), hearth.publish(bytea, bytea[], integer[], bytea[], bytea[]) FROM %I',
                in_role);
            EXECUTE format('REVOKE ALL ON hearth.spaces, hearth.rows, hearth.migrations FROM %I', in_role);
            EXECUTE format('REVOKE ALL ON SCHEMA hearth FROM %I', in_role);
            EXECUTE format('DROP ROLE %I', in_role);
            RETURN true;
        END
        $$;

        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA hearth FROM PUBLIC;
        REVOKE ALL ON ALL TABLES IN SCHEMA hearth FROM PUBLIC;
        """

    /// No record is longer than 64 MiB: a memory holds 4 MiB, and the letters of a text take six times that at most. Rows of before stay.
    private static let third = """
        ALTER TABLE hearth.rows ADD CONSTRAINT row_is_too_long CHECK (length(ciphertext) <= 67108864) NOT VALID;
        """
}
