/** There was no connection, so no call was made. */
export class OfflineError extends Error {}
