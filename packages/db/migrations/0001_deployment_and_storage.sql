-- The one row whose seed is a part of the epoch.
INSERT INTO "deployment" ("id") VALUES (1) ON CONFLICT DO NOTHING;--> statement-breakpoint
-- Every message changes its chat's row: room on the page keeps the new version beside the old one,
-- and a small share of dead rows is already worth a vacuum.
ALTER TABLE "chats" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
