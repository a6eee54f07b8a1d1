CREATE TABLE "presence" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"online_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "idx_presence_operators" ON "presence" USING btree ("user_id") WHERE "presence"."role" = 'operator';--> statement-breakpoint
-- Every refresh rewrites the rows of everybody who is here: room on the page keeps the new version beside the old one.
ALTER TABLE "presence" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
