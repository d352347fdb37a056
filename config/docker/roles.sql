-- The role that Grafana reads with: what analysts may, and the tables that say how the service does. Repeatable.
-- Needs: a migrated database, a role that may make roles, $GRAFANA_DB_PASSWORD.
\set ON_ERROR_STOP on
\getenv password GRAFANA_DB_PASSWORD
SELECT 'CREATE ROLE grafana LOGIN' WHERE to_regrole('grafana') IS NULL \gexec
ALTER ROLE grafana PASSWORD :'password';
ALTER ROLE grafana SET default_transaction_read_only = on;
ALTER ROLE grafana SET statement_timeout = '30s';
GRANT tickertone_reader TO grafana;
GRANT SELECT ON tickertone.kafka_offset, tickertone.dead_letter, tickertone.feed TO grafana;
