-- What was registered of model $1: $2 its files, $3 what it was trained on, $4 its figures; NULL leaves what was said before.
UPDATE model SET files = $2::jsonb, data = coalesce($3::jsonb, data), figures = coalesce($4::jsonb, figures) WHERE model_id = $1;
