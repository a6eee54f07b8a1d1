ALTER TABLE "chats" ADD COLUMN "waiting_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "chats" ADD COLUMN "waved_off_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
-- Open chats as their logs say: the first message of the client that stands after the last answer that stands.
-- A retracted message has no text. A closed chat is read anew when it is opened again.
UPDATE "chats" SET "waiting_since" = (
	SELECT "created_at" FROM "messages"
	WHERE "chat_id" = "chats"."id" AND "direction" = 'in' AND "text" <> '' AND "seq" > coalesce((
		SELECT "seq" FROM "messages" WHERE "chat_id" = "chats"."id" AND "direction" = 'out' AND "text" <> ''
		ORDER BY "seq" DESC LIMIT 1), 0)
	ORDER BY "seq" LIMIT 1)
WHERE "status" = 'open' AND "in_count" > 0;--> statement-breakpoint
CREATE INDEX "idx_chat_waiting" ON "chats" USING btree ("waiting_since","id") WHERE "chats"."status" = 'open' and "chats"."waiting_since" is not null;--> statement-breakpoint
CREATE INDEX "idx_chat_waiting_operator" ON "chats" USING btree ("operator_id","waiting_since","id") WHERE "chats"."status" = 'open' and "chats"."waiting_since" is not null;