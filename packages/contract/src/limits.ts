/**
 * Every bound and timing that callers can feel, in one place.
 * Names end in their unit.
 */

/** Text of one message, in bytes of UTF-8 after trimming. */
export const messageTextBytesMax = 16_384
/** The start of the last message that a chat row carries, in code points. */
export const lastMessageTextCharsMax = 200
/** `clientMsgId` and `clientChatId`, in code points. */
export const callerIdCharsMax = 255
/** A person's name, in code points. */
export const nameCharsMax = 120
/** RFC 5321's bound for an address. */
export const emailCharsMax = 254

/** HTTP bodies and socket frames. */
export const frameBytesMax = 256 * 1024

export const limitDefault = 50
export const chatsLimitMax = 100
export const messagesLimitMax = 200
/** Messages in one `messages.sendBatch`. */
export const batchItemsMax = 20

/** Messages and changes of chats that wait to be stored in one process, and those of one chat whose lock is held. */
export const writeQueueItemsMax = 8_192
export const blockedChatItemsMax = 200
/** A change of a chat that does not have the chat's lock after so long is refused. */
export const lockWaitMsMax = 2_000
/** Messages and changes in one transaction. */
export const writeBatchItemsMax = 512

/** Entries in one `ev` frame. */
export const frameEntriesMax = 64
/** A follower further behind than this gets `reset` in place of the entries. */
export const catchUpEntriesMax = 300
/** Changed chats an inbox follower may be behind before it gets `reset`. */
export const catchUpRowsMax = 500
/** The same for changes of all chats together, because finding the chats among them takes time. */
export const catchUpChangesMax = 10_000
/** Entries kept in memory for a chat that somebody follows. */
export const ringEntriesMax = 256
export const ringBytesMax = 256 * 1024

/** Frames of one socket frame's batch, calls in flight, and subscriptions of one socket. */
export const socketBatchMax = 20
export const socketCallsMax = 16
export const socketSubscriptionsMax = 16
/** A socket that did not sign in at the upgrade has this long to send `connectionParams`. */
export const socketSignInMs = 5_000
/** Bytes waiting for a slow socket: above the soft bound its streams wait, above the hard one nothing is read from it. */
export const socketQueueSoftBytes = 64 * 1024
export const socketQueueHardBytes = 256 * 1024
/** Above this, what nobody misses (typing) is left out. */
export const socketQueueBusyBytes = 16 * 1024
/** A socket that stays above the soft bound for this long is closed with `slow`; a long answer adds time at this rate. */
export const socketSlowMs = 5_000
export const socketReadBytesPerSecondMin = 32 * 1024
export const socketLongAnswerMsMax = 15_000
/** A peer that does not answer the close is cut off after this. */
export const socketCloseMs = 5_000

/** Streams over HTTP: so many of one session, a ping this often, and a client comes back after this much silence. */
export const httpStreamsMax = 16
export const streamPingMs = 10_000
export const streamSilenceMs = 30_000
/** A stream over HTTP that was cut off is opened again after a random time between these. */
export const streamRetryMinMs = 300
export const streamRetryMaxMs = 1_500

/** Sockets of one user in one process. */
export const userSocketsMax = 20
/** A process that is so late with its work takes no new sockets. */
export const loopBehindMs = 1_000

/** Server keep-alive: a ping after this much silence, and this long to answer it. */
export const serverPingMs = 25_000
export const serverPongMs = 10_000
/** The same, from the client's side. */
export const clientPingMs = 20_000
export const clientPongMs = 10_000
/** Idle streams send `hb` at a random moment of this window. */
export const heartbeatMinMs = 15_000
export const heartbeatMaxMs = 25_000

/** How long an ended session may keep a socket. */
export const sessionEndMs = 2_000
/** Life of a session. */
export const sessionDays = 30

/** An author may edit or retract a message for so long after it was stored. */
export const editWindowMs = 5 * 60_000

/** Typing: told this often while somebody writes, taken at most this often, and shown this long after it was last told. */
export const typingRepeatMs = 3_000
export const typingAcceptMs = 2_000
export const typingShowMs = 6_000

/** Presence: a process tells of its people this often; whoever was not told of for longer is away. */
export const presenceRefreshMs = 15_000
export const presenceExpiryMs = 45_000
/** Who goes is shown as away after this: a reload or a change of network is no absence. */
export const presenceGraceMs = 20_000
/** How often a process looks who is here. */
export const presenceLookMs = 2_000
/** Of so many people is it said at once who is here; rows of a list are asked about this often, and at most once a second. */
export const onlineUsersMax = 100
/** How often a list asks about its rows, in milliseconds. */
export const onlineRepeatMs = 5_000

/** Rings of one process together; at this bound the ones that were quiet for longest give up their entries. */
export const ringsBytesMax = 64 * 1024 * 1024
/** A writing transaction that is open for longer holds back the feed, and the log says so. */
export const longTransactionMs = 5_000

/** How often followed chats are compared with the database, to heal a lost hint. */
export const healMs = 400

/** A server that cannot reach its database answers `unavailable` within this time. */
export const unavailableMs = 3_000
/** What `Retry-After` says with `unavailable`, in seconds. */
export const unavailableRetrySeconds = 1

/**
 * Rates: so many a second in the long run, and `burst` at once. Sign-ins and sockets by address, sends by user.
 * A whole office behind one address may come back at once.
 */
export const signInRate = { perSecond: 5, burst: 100 } as const
export const connectRate = { perSecond: 200, burst: 2_000 } as const
export const sendRate = { perSecond: 50, burst: 200 } as const
