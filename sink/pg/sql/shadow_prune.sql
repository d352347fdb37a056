DELETE FROM shadow_score WHERE scored_at < $1;
