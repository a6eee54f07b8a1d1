-- Processes of the version before read and write only "presence". It stays as it is, and both versions may run.
CREATE TABLE "connected_users" (
	"user_id" bigint NOT NULL,
	"lease_id" bigint NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "connected_users_user_id_lease_id_pk" PRIMARY KEY("user_id","lease_id")
);
--> statement-breakpoint
CREATE TABLE "process_leases" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "process_leases_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"renewed_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "idx_connected_operators" ON "connected_users" USING btree ("user_id") WHERE "connected_users"."role" = 'operator';
