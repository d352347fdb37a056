SELECT e.symbol, e.headlines,
       round(m.mood::numeric, 2) AS mood,
       round(m.dispersion::numeric, 2) AS dispersion,
       rpad(repeat('-', round(greatest(-m.mood, 0) * 10)::int), 10) ||
       repeat('+', round(greatest(m.mood, 0) * 10)::int) AS bar
FROM (SELECT symbol, count(*) AS headlines FROM tickertone.sentiment_history
      WHERE score IS NOT NULL GROUP BY symbol) AS e,
     (SELECT max(event_at) + interval '1 minute' AS at FROM tickertone.entity_history) AS newest,
     tickertone.mood(e.symbol, newest.at, newest.at, half_life => '6 hours') AS m
WHERE m.mood IS NOT NULL
ORDER BY e.headlines DESC, m.mood DESC
LIMIT 16;
