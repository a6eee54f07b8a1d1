/**
 * Every bound and timing that callers can feel, in one place.
 * Names end in their unit.
 */

/** Text of one message, in bytes of UTF-8 after trimming. */
export const messageTextBytesMax = 16_384
/** Length of the start of the last message in the row of a chat, in code points. */
export const lastMessageTextCharsMax = 200
/** `clientMsgId` and `clientChatId`, in code points. */
export const callerIdCharsMax = 255
/** A person's name, in code points. */
export const nameCharsMax = 120
/** The limit of RFC 5321 for an address. */
export const emailCharsMax = 254

/** Size of an HTTP body or a socket frame. */
export const frameBytesMax = 256 * 1024

export const limitDefault = 50
export const chatsLimitMax = 100
export const messagesLimitMax = 200
export const auditLimitMax = 100
/** Messages in one `messages.sendBatch`. */
export const batchItemsMax = 20
/** Attachments of one message. */
export const attachmentsMax = 10

/** Messages and changes that may wait in the chat writer of one process: all, of one user, and of one blocked chat. */
export const writeQueueItemsMax = 8_192
export const userWriteItemsMax = 1_024
export const blockedChatItemsMax = 200
/** A change of a chat is refused when it does not get the lock of the chat within this time. */
export const lockWaitMsMax = 2_000
/**
 * Messages in one transaction of the chat writer: all, and of one user. Another change has statements of its own, and
 * counts as several messages.
 */
export const writeBatchItemsMax = 512
export const userBatchItemsMax = 64
export const changeBatchItems = 32

/**
 * Other calls of signed-in users in one process: so many run at once, of one user and of all, and so many wait. Opening
 * a chat takes a transaction with several round trips, so fewer of those run.
 */
export const userCallsRunningMax = 2
export const callsRunningMax = 64
export const userOpeningsRunningMax = 2
export const openingsRunningMax = 8
export const userCallsWaitingMax = 512
export const callsWaitingMax = 8_192
/** Below the time within which a call is refused, so that nothing runs for a caller who was refused. */
export const callWaitMsMax = 2_500

/** Entries in one `ev` frame. */
export const frameEntriesMax = 64
/** A follower that is further behind than this gets `reset` instead of the entries. */
export const catchUpEntriesMax = 300
/** A follower of the inbox gets `reset` when more chats than this have changed since its cursor. */
export const catchUpRowsMax = 500
/** The same for rows of the feed, because finding the changed chats among them takes time. */
export const catchUpChangesMax = 10_000
/** Entries of a followed chat that are kept in memory, and their size. */
export const ringEntriesMax = 256
export const ringBytesMax = 256 * 1024

/**
 * Frames that a socket may send: `perSecond` on average, and `burst` at once. Each call of a batch counts, and a frame of
 * more than 16 KB counts as several. Beyond it the socket is closed with `tooMany`.
 */
export const socketFrameRate = { perSecond: 200, burst: 1_000 } as const
/**
 * Fragments of one message, and pieces in which one frame may arrive: each costs about a hundred bytes beside its own
 * until the message is whole. More closes the socket.
 */
export const messageFragmentsMax = 1_024
export const frameChunksMax = 4_096
/** Requests in one frame, calls in flight and subscriptions of one socket. */
export const socketBatchMax = 20
export const socketCallsMax = 16
export const socketSubscriptionsMax = 16
/** A socket that did not sign in at the upgrade must send `connectionParams` within this time. */
export const socketSignInMs = 5_000
/** Bytes that wait for a slow socket: above the soft limit its streams pause, above the hard one it is not read. */
export const socketQueueSoftBytes = 64 * 1024
export const socketQueueHardBytes = 256 * 1024
/**
 * Writes that wait for a slow socket: above the soft limit its streams pause, above the hard one it is closed. A small
 * write costs some hundred bytes of memory beside its own.
 */
export const socketQueueSoftWrites = 256
export const socketQueueHardWrites = 512
/** Above this, frames that may be lost (typing) are not sent. */
export const socketQueueBusyBytes = 16 * 1024
/**
 * A socket that stays above the soft limit for this long is closed with `slow`. A long answer adds time at the given
 * rate, up to the maximum.
 */
export const socketSlowMs = 5_000
export const socketReadBytesPerSecondMin = 32 * 1024
export const socketLongAnswerMsMax = 15_000
/** A peer that does not answer a close frame is disconnected after this time. */
export const socketCloseMs = 5_000

/**
 * Connections over HTTP are ended when the headers of a request take longer, when the whole request does, or when no byte
 * passes in either direction, because the peer does not read its answer.
 */
export const httpHeadersMs = 10_000
export const httpRequestMs = 30_000
export const httpSilenceMs = 20_000
/** What is queued for a connection over HTTP must leave within `httpSilenceMs` and the time that it takes at this rate. */
export const httpReadBytesPerSecondMin = 4 * 1024
/** Streams over HTTP: the maximum per session and per user, the interval of pings, and the silence after which clients reconnect. */
export const httpStreamsMax = 16
export const userHttpStreamsMax = 64
export const streamPingMs = 10_000
export const streamSilenceMs = 30_000
/** A broken stream over HTTP is reopened after a random time between these. */
export const streamRetryMinMs = 300
export const streamRetryMaxMs = 1_500

/**
 * Connections of one address (a /64 of IPv6) that are open at the same time, by default: as many as `nginx.conf` allows.
 * One above that has the given time to send a request, which is refused; so many of those may wait.
 */
export const addressConnectionsMax = 2_000
export const refusedConnectionMs = 1_000
export const refusedConnectionsMax = 256

/** Sockets of one user in one process. */
export const userSocketsMax = 20
/** A process whose event loop is delayed by more than this refuses new sockets. */
export const loopBehindMs = 1_000
/**
 * Upgrades, sign-ins and starts of streams that are in progress before further upgrades wait, and how many may wait for
 * how long.
 */
export const upgradesAtOnceMax = 50
export const upgradesWaitingMax = 4_096
export const upgradeWaitMs = 2_500

/** Keep-alive of the server: the silence after which it sends a ping, and the time to answer it. */
export const serverPingMs = 25_000
export const serverPongMs = 10_000
/** Keep-alive of the client: the same. */
export const clientPingMs = 20_000
export const clientPongMs = 10_000
/** An idle stream sends `hb` after a random time between these. */
export const heartbeatMinMs = 15_000
export const heartbeatMaxMs = 25_000

/** Sockets and streams of an ended session are closed within this time. */
export const sessionEndMs = 2_000
/** Lifetime of a session. */
export const sessionDays = 30
/** In secure mode the session of an operator also ends when it was not used for so long: a weekend and a day. */
export const operatorIdleMs = 72 * 60 * 60_000
/** Sessions of one user. One more ends the one that was used least recently. */
export const userSessionsMax = 50
/** The use of a session is noted at most this often. */
export const sessionUseMs = 60 * 60_000
/** How often a process removes the sessions that have expired, and how many in one statement. */
export const sessionPruneMs = 60 * 60_000
export const sessionPruneRowsMax = 1_000

/** An author may edit or retract a message for so long after it was stored. */
export const editWindowMs = 5 * 60_000

/** Typing: the interval of repeated calls, the shortest one that is accepted, and how long a call is shown. */
export const typingRepeatMs = 3_000
export const typingAcceptMs = 2_000
export const typingShowMs = 6_000

/** Presence: how often a process renews the lease of its connected users, and when they are away if it does not. */
export const presenceRefreshMs = 15_000
export const presenceExpiryMs = 45_000
/** The grace period: a user without a connection is shown as away after it, so not during a reload of the page. */
export const presenceGraceMs = 20_000
/** How often a process reads who is online. */
export const presencePollMs = 2_000
/** Of so many people is it said at once who is here; rows of a list are asked about this often, and at most once a second. */
export const onlineUsersMax = 100
/** How often a list asks about its rows, in milliseconds. */
export const onlineRepeatMs = 5_000

/** Size of all rings of a process. Beyond it, the rings that were idle the longest drop their entries. */
export const ringsBytesMax = 64 * 1024 * 1024
/** A writing transaction that is open for longer is logged, because it holds back the position of the inboxes. */
export const longTransactionMs = 5_000

/** How often followers are reconciled with the database, to find changes whose hints were lost. */
export const reconcileMs = 400

/** While the database is away, calls fail with `unavailable` within this time. */
export const unavailableMs = 3_000
/** The value of `Retry-After` with `unavailable`, in seconds. */
export const unavailableRetrySeconds = 1

/**
 * Rate limits: `perSecond` on average, and `burst` at once. Sign-ins, sockets and calls over HTTP without a session count
 * per address. The bursts per address are large, because a whole office behind one address may reconnect at once.
 */
export const signInRate = { perSecond: 5, burst: 100 } as const
export const connectRate = { perSecond: 200, burst: 2_000 } as const
export const anonymousRate = { perSecond: 100, burst: 2_000 } as const
/**
 * What one user may do, over all its sockets and requests: read (also start streams, mark as read and report typing),
 * change chats, and send messages. A batch counts its messages.
 */
export const readRate = { perSecond: 200, burst: 4_000 } as const
export const changeRate = { perSecond: 50, burst: 1_000 } as const
export const sendRate = { perSecond: 100, burst: 1_000 } as const

/** A password that is chosen, in code points. */
export const passwordCharsMin = 10
export const passwordCharsMax = 256
/** Passwords that are hashed at once, where there are more processors than that, and that wait for it. */
export const passwordHashesMax = 4
export const passwordHashesWaitingMax = 500
/**
 * Sign-ins by password in one process: so many run at once, of one address and of all, and so many wait. One that has
 * waited for longer does not run; what is left of the time of a call is for the hash.
 */
export const addressSignInsRunningMax = 2
export const signInsRunningMax = 4
export const addressSignInsWaitingMax = 32
export const signInsWaitingMax = 64
export const signInWaitMsMax = 2_000
/** In secure mode sign-ins of any kind begin one each interval in a process: reading and refusing one takes up to a millisecond. */
export const signInPace = { intervalMs: 4, waitingMax: 500 } as const
/** Sign-ins of one account from one address, and of one address, in a window. A right password begins a new one. */
export const accountTriesMax = 10
export const addressTriesMax = 200
export const triesWindowMs = 15 * 60_000
/** Anonymous clients that one address (a /64 of IPv6) makes in the window of sign-ins, in secure mode. */
export const addressGuestsMax = 200
/** A link that sets the server up, and an invitation, end after this time. */
export const setupLinkMs = 24 * 60 * 60_000
export const invitationMs = 7 * 24 * 60 * 60_000
/** A link to choose a new password ends after this time. */
export const resetLinkMs = 60 * 60_000
/** Links to choose a new password that one address may ask for in the window of sign-ins. */
export const resetTriesMax = 20
/** Links that one account gets by mail in an hour, whoever asks. */
export const resetMailsMax = 3
export const resetMailsWindowMs = 60 * 60_000
/** Mails that one process sends at once, and that wait. */
export const mailsAtOnceMax = 2
export const mailsWaitingMax = 100

/** Keys with which the own site signs identities: two, so that one replaces the other without a gap. */
export const identityKeysMax = 2
/** An identity token as a whole, and its `sub` in code points. */
export const identityCharsMax = 8_192
export const subjectCharsMax = 255
/** An identity token ends at most so long after it was made. The clocks of the site and of the server differ by at most the second. */
export const identityMsMax = 60 * 60_000
export const identityClockMs = 60_000
/** A sign-in at an identity provider ends after this time, and so does one that waits for the owner of the account. */
export const oidcSignInMs = 10 * 60_000
/** Each answer of an identity provider: its time and its size. What the provider says of itself is read again after a while. */
export const oidcAnswerMs = 5_000
export const oidcAnswerBytesMax = 256 * 1024
export const oidcMetadataMs = 60 * 60_000
/** A challenge of a sign-in or of a passkey ends after this time. So many codes are compared for one sign-in. */
export const challengeMs = 5 * 60_000
export const challengeTriesMax = 5
/**
 * One-time and recovery codes of an account that are compared in a window, from all addresses: who gets as far has the
 * password or a session, so a stranger cannot use them up.
 */
export const codeTriesMax = 20
/** Dangerous acts need a proof in their session that is not older. */
export const proofMs = 15 * 60_000
export const recoveryCodesCount = 10
/** Passkeys of one operator, and the length of the id of one: 1,023 bytes in base64url. */
export const passkeysMax = 20
export const passkeyIdCharsMax = 1_364
/** A code of a second factor, which may be the JSON text of an assertion or of a new credential. */
export const factorCodeCharsMax = 16_384
/** An anonymous client that has opened no chat, and was not seen for so long, is removed. Looked for among so many ids at once. */
export const guestIdleDays = 7
export const guestPruneIdsMax = 10_000
/** A report of what the policy of a page refused, and how many are written into the log: of one address, and of all. */
export const cspReportBytesMax = 16 * 1024
export const cspReportRate = { perSecond: 0.1, burst: 10 } as const
export const cspReportsRate = { perSecond: 1, burst: 30 } as const

/** A file, in bytes, and all files that a client sends in a day. */
export const fileBytesMax = 25 * 1024 * 1024
export const clientFileBytesMax = 200 * 1024 * 1024
export const fileQuotaWindowMs = 24 * 60 * 60_000
export const fileNameCharsMax = 255
/** What a sender says of an image, for those who do not see it. */
export const altTextCharsMax = 500
/** An upload that no message uses is removed after this time. */
export const uploadMs = 24 * 60 * 60_000
/** Requests of one user, and of all, that carry parts of files to one process at once. */
export const userUploadsMax = 20
export const uploadsMax = 100
/** The pieces in which an upload arrives: each cut ends one. */
export const uploadPartsMax = 2_000
/** A request that carries a part of a file may take so long, while bytes pass. */
export const uploadRequestMs = 15 * 60_000
/** How often a process looks for uploads that have expired and for bytes that belong to nothing, how old those must be, and how many it takes at once. */
export const sweepFilesMs = 60 * 60_000
export const orphanFileMs = 60 * 60_000
export const sweepFilesRowsMax = 500

/** A picture of a person as it is received, and the side of the square that is made of it, in pixels. */
export const avatarBytesMax = 5 * 1024 * 1024
export const avatarSide = 256
/** Pictures that one user, and that all, send to one process at once. */
export const userAvatarsMax = 2
export const avatarsMax = 20
/** A URL of a picture that the own site names, its time, its redirects, and when a failed one is asked for again. */
export const avatarUrlCharsMax = 2_048
export const avatarFetchMs = 10_000
export const avatarRedirectsMax = 3
export const avatarRetryMs = 60 * 60_000
/** Pictures that one process fetches at once, and that wait. */
export const avatarFetchesMax = 2
export const avatarFetchesWaitingMax = 200
