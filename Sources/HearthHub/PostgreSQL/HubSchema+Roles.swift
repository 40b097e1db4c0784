extension HubSchema {
    /// Lets roles in and shuts them out so that nothing that a role has made can keep it in.
    ///
    /// To dismiss takes two transactions: the first takes its space and its right to sign in away, and ends its sessions;
    /// the second drops what it owns and the role itself. That may fail, as for objects in another database; the role is
    /// remembered in `dismissed` then, so that it is tried again.
    static let second = """
        -- Roles that may do nothing any more and could not be dropped yet.
        CREATE TABLE hearth.dismissed (
            role text PRIMARY KEY,
            since timestamptz NOT NULL DEFAULT now()
        );
        -- Roles that were there before they were let in: they are somebody's, so they are never dropped.
        CREATE TABLE hearth.guests (role text PRIMARY KEY);
        ALTER TABLE hearth.dismissed ENABLE ROW LEVEL SECURITY;
        ALTER TABLE hearth.guests ENABLE ROW LEVEL SECURITY;

        DROP FUNCTION hearth.admit(text, text, bytea);
        DROP FUNCTION hearth.dismiss(text, bytea);

        -- Gives whether the role has the password.
        CREATE FUNCTION hearth.admit(in_role text, verifier text, in_space bytea) RETURNS boolean
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$
        DECLARE
            is_made boolean := in_role ~ '^hearth_[0-9a-hjkmnp-tv-z]{12}$';
            is_there boolean := EXISTS (SELECT FROM pg_roles r WHERE r.rolname = in_role);
            is_known boolean := EXISTS (SELECT FROM hearth.access a WHERE a.role = in_role);
        BEGIN
            IF NOT is_there THEN
                EXECUTE format(
                    'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 16 PASSWORD %L',
                    in_role, verifier);
            ELSIF is_made THEN
                -- Roles outlive the schema, and the dump of a database.
                EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', in_role, verifier);
            ELSIF NOT is_known THEN
                INSERT INTO hearth.guests (role) VALUES (in_role) ON CONFLICT DO NOTHING;
            END IF;
            IF NOT is_there OR is_made THEN
                EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', in_role);
            END IF;
            EXECUTE format('GRANT USAGE ON SCHEMA hearth TO %I', in_role);
            EXECUTE format('GRANT SELECT ON hearth.spaces, hearth.rows, hearth.migrations TO %I', in_role);
            EXECUTE format(
                'GRANT EXECUTE ON FUNCTION hearth.my_spaces(), hearth.publish(bytea, bytea[], integer[], bytea[], bytea[]) TO %I',
                in_role);
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), in_role);
            DELETE FROM hearth.dismissed d WHERE d.role = in_role;
            INSERT INTO hearth.access (role, space) VALUES (in_role, in_space) ON CONFLICT DO NOTHING;
            RETURN NOT is_there OR is_made;
        END
        $$;

        -- Takes away what hearth.admit gave, but for the role.
        CREATE FUNCTION hearth.revoke_all(in_role text) RETURNS void
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$
        BEGIN
            EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', current_database(), in_role);
            EXECUTE format(
                'REVOKE ALL ON FUNCTION hearth.my_spaces(), hearth.publish(bytea, bytea[], integer[], bytea[], bytea[]) FROM %I',
                in_role);
            EXECUTE format('REVOKE ALL ON hearth.spaces, hearth.rows, hearth.migrations FROM %I', in_role);
            EXECUTE format('REVOKE ALL ON SCHEMA hearth FROM %I', in_role);
        END
        $$;

        -- Takes a role its space, and if it has no other, its right to sign in and its sessions. Gives what it is now:
        -- unknown, kept (it has another space), guest (shut out, and left to whose it is), dismissed.
        CREATE FUNCTION hearth.dismiss(in_role text, in_space bytea) RETURNS text
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$
        BEGIN
            DELETE FROM hearth.access a WHERE a.role = in_role AND a.space = in_space;
            IF NOT FOUND AND NOT EXISTS (SELECT FROM hearth.dismissed d WHERE d.role = in_role) THEN
                RETURN 'unknown';
            END IF;
            IF EXISTS (SELECT FROM hearth.access a WHERE a.role = in_role) THEN RETURN 'kept'; END IF;
            DELETE FROM hearth.guests g WHERE g.role = in_role;
            IF FOUND THEN
                BEGIN
                    PERFORM hearth.revoke_all(in_role);
                EXCEPTION WHEN OTHERS THEN NULL; -- It has no space any more, whatever else it may do.
                END;
                RETURN 'guest';
            END IF;
            INSERT INTO hearth.dismissed (role) VALUES (in_role) ON CONFLICT DO NOTHING;
            BEGIN
                EXECUTE format('ALTER ROLE %I NOLOGIN', in_role);
            EXCEPTION WHEN OTHERS THEN NULL; -- It is gone, or not this administrator's to change.
            END;
            BEGIN
                -- Only who is a member of a role may end its sessions.
                EXECUTE format('GRANT %I TO %I', in_role, current_user);
                PERFORM pg_terminate_backend(s.pid) FROM pg_stat_activity s WHERE s.usename = in_role;
            EXCEPTION WHEN OTHERS THEN NULL; -- Its sessions see nothing any more.
            END;
            RETURN 'dismissed';
        END
        $$;

        -- Drops a role that was dismissed. Gives why it could not, or nothing.
        CREATE FUNCTION hearth.drop_dismissed(in_role text) RETURNS text
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
        AS $$
        DECLARE
            detail text;
        BEGIN
            IF NOT EXISTS (SELECT FROM hearth.dismissed d WHERE d.role = in_role) THEN
                RETURN 'it was not dismissed';
            END IF;
            IF EXISTS (
                SELECT FROM pg_roles r WHERE r.rolname = in_role AND (
                    r.rolsuper OR r.rolcreaterole OR r.rolname IN (current_user, session_user)
                    OR r.oid = (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'hearth'))
            ) THEN
                RETURN 'it is no role of a device';
            END IF;
            IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = in_role) THEN
                BEGIN
                    BEGIN
                        EXECUTE format('GRANT %I TO %I', in_role, current_user);
                        EXECUTE format('DROP OWNED BY %I', in_role);
                    EXCEPTION WHEN OTHERS THEN NULL; -- Most roles own nothing.
                    END;
                    PERFORM hearth.revoke_all(in_role);
                    EXECUTE format('DROP ROLE %I', in_role);
                EXCEPTION WHEN OTHERS THEN
                    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
                    RETURN concat_ws(': ', SQLERRM, nullif(detail, ''));
                END;
            END IF;
            DELETE FROM hearth.dismissed d WHERE d.role = in_role;
            RETURN '';
        END
        $$;

        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA hearth FROM PUBLIC;
        REVOKE ALL ON ALL TABLES IN SCHEMA hearth FROM PUBLIC;
        """

    /// What everybody may do in a database, and devices need not: each way to leave something there that is theirs, or to
    /// be in another's way. As far as the administrator may; large objects and advisory locks are a superuser's to close.
    ///
    /// It is done at every `hearth hub init`: a dump does not have what was taken from a database. A database that others
    /// use as well stays as it is.
    static let closing = """
        DO $$
        DECLARE
            statement text;
        BEGIN
            IF EXISTS (
                SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname NOT IN ('hearth', 'information_schema') AND n.nspname !~ '^pg_' AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
            ) THEN
                RETURN;
            END IF;
            FOR statement IN
                SELECT pg_catalog.format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC', pg_catalog.current_database())
                UNION ALL
                SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
                FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public'
                UNION ALL
                SELECT pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', p.oid::pg_catalog.regprocedure)
                FROM pg_catalog.pg_proc p
                WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
                    AND (p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import')
                        OR p.proname ~ '^pg_(try_)?advisory_')
                    AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = current_user AND r.rolsuper)
            LOOP
                BEGIN
                    EXECUTE statement;
                EXCEPTION WHEN insufficient_privilege THEN
                    NULL; -- Dismissal copes with what a role has left.
                END;
            END LOOP;
        END
        $$
        """
}
