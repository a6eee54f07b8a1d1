DROP INDEX IF EXISTS "idx_feed_created_at";
