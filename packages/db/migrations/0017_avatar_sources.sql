CREATE TABLE "avatar_sources" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"url_hash" text NOT NULL,
	"state" text NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "avatar_sources_state_check" CHECK ("avatar_sources"."state" in ('asked', 'stored', 'refused'))
);
--> statement-breakpoint
ALTER TABLE "avatar_sources" ADD CONSTRAINT "avatar_sources_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;