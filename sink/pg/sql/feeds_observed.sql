-- Feeds that are to be polled, and how they are doing.
SELECT name, quiet, failing FROM feeds_observed();
