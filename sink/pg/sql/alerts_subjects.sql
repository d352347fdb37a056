-- What minutes are of: entities, and the groups, which have negative numbers.
SELECT entity_id, 'entity', symbol, sector FROM entity
UNION ALL
SELECT subject_id, kind, name, NULL FROM mood_group;
