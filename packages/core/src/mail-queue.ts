import type { Language } from '@deskbell/contract/access/accounts'
import { mailsAtOnceMax, mailsWaitingMax } from '@deskbell/contract/limits'
import type { Logger } from './logger.ts'

/** A mail of plain text to one address. */
export type Mail = { to: string; subject: string; text: string }

/** Sends a mail, or rejects. It gives up by itself after some time. */
export type SendMail = (mail: Mail) => Promise<void>

/** A text of a mail in every language. */
export type MailText = Record<Language, (link: string) => Omit<Mail, 'to'>>

/**
 * Sends mails in the background, so that no answer tells by its time whether there was one to send. Of too many, and of
 * those that cannot be sent, the log says so, without addresses and texts.
 */
export class MailQueue {
  readonly #send: SendMail
  readonly #log: Logger
  readonly #waiting: (() => Promise<Mail | null>)[] = []
  readonly #running = new Set<Promise<void>>()

  constructor(send: SendMail, log: Logger) {
    this.#send = send
    this.#log = log
  }

  /** Writes a mail later, and sends it, unless it is null. */
  add(write: () => Promise<Mail | null>): void {
    if (this.#waiting.length >= mailsWaitingMax) {
      this.#log.warn({}, 'A mail was dropped: too many wait')
      return
    }
    this.#waiting.push(write)
    if (this.#running.size >= mailsAtOnceMax) return
    const running = this.#run().finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** Resolves when everything was sent. */
  async stop(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #run(): Promise<void> {
    for (let write = this.#waiting.shift(); write !== undefined; write = this.#waiting.shift()) {
      try {
        const mail = await write()
        if (mail !== null) await this.#send(mail)
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : undefined
        this.#log.warn({ code }, 'A mail could not be sent')
      }
    }
  }
}
