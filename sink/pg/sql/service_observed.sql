-- How the service keeps up: topics ($1: whether they are asked for), polling ($2).
SELECT about = 'topic', name, first, second FROM service_observed() WHERE CASE about WHEN 'topic' THEN $1::bool ELSE $2::bool END;
