-- One session at a time evaluates rules, so that nothing is raised twice; when it ends another can.
SELECT pg_try_advisory_lock(hashtextextended('tickertone alerts', 0));
