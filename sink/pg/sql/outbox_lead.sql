-- One session at a time publishes, so that the order stays; when it ends another can.
SELECT pg_try_advisory_lock(hashtextextended('tickertone events', 0));
