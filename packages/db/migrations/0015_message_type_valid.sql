-- Reads all messages, and blocks no write meanwhile: alone, because the lock of an added constraint would.
ALTER TABLE "messages" VALIDATE CONSTRAINT "messages_type_check";
