/** There was no line, so nothing was asked. */
export class OfflineError extends Error {}
