CREATE TABLE "message_revisions" (
	"message_id" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "message_revisions_pkey" PRIMARY KEY("message_id","seq")
);
