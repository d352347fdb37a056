-- mood: mean score, weighted by relevance and novelty, of which every six hours halve the weight
SELECT e.symbol, e.headlines, round(m.mood::numeric, 2) AS mood, round(m.dispersion::numeric, 2) AS dispersion,
       rpad(repeat('-', round(greatest(-m.mood, 0) * 10)::int), 10) || repeat('+', round(greatest(m.mood, 0) * 10)::int) AS "worse     better"
FROM (SELECT symbol, count(*) AS headlines FROM tickertone.sentiment_history WHERE score IS NOT NULL GROUP BY symbol) e,
     LATERAL (SELECT max(event_at) + interval '1 minute' AS at FROM tickertone.entity_history) newest,
     LATERAL tickertone.mood(e.symbol, newest.at, newest.at, half_life => '6 hours') m
WHERE m.mood IS NOT NULL
ORDER BY e.headlines DESC, m.mood DESC
LIMIT 16;
