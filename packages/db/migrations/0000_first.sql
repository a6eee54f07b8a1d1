CREATE SEQUENCE "public"."messages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "chat_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "chat_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"chat_id" bigint NOT NULL,
	"audience" text DEFAULT 'all' NOT NULL,
	"seq" bigint,
	"team_seq" bigint,
	"kind" text NOT NULL,
	"actor_id" bigint,
	"data" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "chat_events_audience_check" CHECK (("chat_events"."audience" = 'all' and "chat_events"."seq" is not null and "chat_events"."team_seq" is null)
        or ("chat_events"."audience" = 'team' and "chat_events"."team_seq" is not null and "chat_events"."seq" is null))
);
--> statement-breakpoint
CREATE TABLE "chat_marks" (
	"chat_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"role" text NOT NULL,
	"delivered_seq" bigint DEFAULT 0 NOT NULL,
	"read_seq" bigint DEFAULT 0 NOT NULL,
	"read_count" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "chat_marks_pkey" PRIMARY KEY("chat_id","user_id"),
	CONSTRAINT "chat_marks_order_check" CHECK ("chat_marks"."read_seq" <= "chat_marks"."delivered_seq")
);
--> statement-breakpoint
CREATE TABLE "chats" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "chats_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"operator_id" bigint,
	"status" text DEFAULT 'open' NOT NULL,
	"last_message_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"last_seq" bigint DEFAULT 0 NOT NULL,
	"team_seq" bigint DEFAULT 0 NOT NULL,
	"rev" bigint DEFAULT 0 NOT NULL,
	"last_entry_at" timestamp (3) with time zone NOT NULL,
	"last_message_id" bigint,
	"in_count" integer DEFAULT 0 NOT NULL,
	"out_count" integer DEFAULT 0 NOT NULL,
	"created_by" bigint NOT NULL,
	"client_chat_id" text,
	CONSTRAINT "chats_status_check" CHECK ("chats"."status" in ('open', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "deployment" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"seed" text DEFAULT gen_random_uuid()::text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "deployment_one_row_check" CHECK ("deployment"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "feed" (
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "feed_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"chat_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "feed_pkey" PRIMARY KEY("xid","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" bigint PRIMARY KEY DEFAULT nextval('messages_id_seq') NOT NULL,
	"chat_id" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"text" text NOT NULL,
	"direction" text NOT NULL,
	"type" text DEFAULT 'text' NOT NULL,
	"status" text DEFAULT 'new' NOT NULL,
	"client_msg_id" text,
	"body_hash" text NOT NULL,
	"direction_no" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "messages_direction_check" CHECK ("messages"."direction" in ('in', 'out')),
	CONSTRAINT "messages_type_check" CHECK ("messages"."type" in ('text', 'image')),
	CONSTRAINT "messages_status_check" CHECK ("messages"."status" in ('new', 'read'))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "sessions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"token_hash" text NOT NULL,
	"auth_mode" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sessions_auth_mode_check" CHECK ("sessions"."auth_mode" in ('open', 'secure'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_role_check" CHECK ("users"."role" in ('client', 'operator'))
);
--> statement-breakpoint
ALTER TABLE "chats" ADD CONSTRAINT "chats_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chats" ADD CONSTRAINT "chats_operator_id_users_id_fk" FOREIGN KEY ("operator_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chats" ADD CONSTRAINT "chats_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "uniq_chat_event_seq" ON "chat_events" USING btree ("chat_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "uniq_chat_event_team_seq" ON "chat_events" USING btree ("chat_id","team_seq");--> statement-breakpoint
CREATE INDEX "idx_chat_user_last_msg" ON "chats" USING btree ("user_id","last_message_at");--> statement-breakpoint
CREATE INDEX "idx_chat_operator_last_msg" ON "chats" USING btree ("operator_id","last_message_at");--> statement-breakpoint
CREATE INDEX "idx_chat_status" ON "chats" USING btree ("status");--> statement-breakpoint
CREATE INDEX "idx_chat_last_message_at" ON "chats" USING btree ("last_message_at");--> statement-breakpoint
CREATE UNIQUE INDEX "uniq_chat_client_chat_id" ON "chats" USING btree ("client_chat_id","created_by");--> statement-breakpoint
CREATE INDEX "idx_feed_created_at" ON "feed" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "uniq_client_msg_user" ON "messages" USING btree ("client_msg_id","user_id");--> statement-breakpoint
CREATE INDEX "idx_message_chat_id" ON "messages" USING btree ("chat_id","id");--> statement-breakpoint
CREATE INDEX "idx_message_status" ON "messages" USING btree ("status");--> statement-breakpoint
CREATE INDEX "idx_message_created_at" ON "messages" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "uniq_message_chat_seq" ON "messages" USING btree ("chat_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "uniq_session_token_hash" ON "sessions" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "idx_session_user_id" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "idx_session_expires_at" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_user_email_role" ON "users" USING btree ("email","role");