CREATE TABLE "files" (
	"id" text PRIMARY KEY NOT NULL,
	"chat_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"name" text NOT NULL,
	"claimed_type" text NOT NULL,
	"state" text NOT NULL,
	"length" bigint NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"parts" text[] DEFAULT '{}'::text[] NOT NULL,
	"media_type" text,
	"bytes" bigint,
	"sha256" text,
	"width" integer,
	"height" integer,
	"thumb_hash" text,
	"thumbnail_type" text,
	"thumbnail_bytes" integer,
	"message_seq" bigint,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "files_state_check" CHECK ("files"."state" in ('receiving', 'ready', 'refused')),
	CONSTRAINT "files_received_check" CHECK ("files"."received" between 0 and "files"."length")
);
--> statement-breakpoint
ALTER TABLE "messages" DROP CONSTRAINT "messages_type_check";--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "attachments" jsonb;--> statement-breakpoint
CREATE INDEX "idx_files_message" ON "files" USING btree ("chat_id","message_seq") WHERE "files"."message_seq" is not null;--> statement-breakpoint
CREATE INDEX "idx_files_unused" ON "files" USING btree ("expires_at") WHERE "files"."message_seq" is null;--> statement-breakpoint
CREATE INDEX "idx_files_user" ON "files" USING btree ("user_id","created_at");--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_type_check" CHECK ("messages"."type" in ('text', 'image', 'file')) NOT VALID;