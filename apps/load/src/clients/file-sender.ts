import { createHash, randomBytes } from 'node:crypto'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { errorCode, isRetryable } from '@deskbell/sdk'
import type { SentFile } from '@deskbell/testkit/history/history-line'
import { now } from '../clock.ts'
import { rest } from '../rest.ts'
import { between, pick, type Random } from '../seeded-random.ts'
import type { SampleImage } from './orders.ts'
import { retract } from './retract.ts'
import { type SimulatedUser, timeout } from './simulated-user.ts'

const filesMax = 3
const bytesMax = 300 * 1024
const imageShare = 0.5
/** Of the messages with files, so many have no text, and beside so many one more file is uploaded, which nobody sends. */
const silentShare = 0.3
const unsentShare = 0.1
/** So many are sent again, as by a program that was started again, and so many are retracted then. */
const repeatShare = 0.5
const retractShare = 0.5
/** An upload or a send that takes longer has an unknown outcome. A round waits longer for its actions. */
const patienceMs = 15_000
const pauseMs = 300
/** As a server says them; nothing of it runs. */
const downloadTypes = ['application/octet-stream', 'text/plain', 'application/pdf', 'text/html', '']

type NewMessage = { id: string; text: string; files: readonly SentFile[] }
type NewFile = { file: File; sent: Omit<SentFile, 'id'> }

/** Sends messages with files for a user, one after the other. */
export class FileSender {
  readonly #user: SimulatedUser
  readonly #images: readonly SampleImage[]
  /** Chats in which the outcome of a send is unknown: it may still be stored, so nothing is sent behind it. */
  readonly #unsure = new Set<ChatId>()
  #isSending = false

  constructor(user: SimulatedUser, images: readonly SampleImage[]) {
    this.#user = user
    this.#images = images
  }

  begin(chatId: ChatId, random: Random): boolean {
    if (this.#isSending || this.#unsure.has(chatId)) return false
    this.#isSending = true
    void this.#send(chatId, random).finally(() => {
      this.#isSending = false
    })
    return true
  }

  endRound(): void {
    this.#unsure.clear()
  }

  async #send(chatId: ChatId, random: Random): Promise<void> {
    const id = this.#user.newMessageId()
    const count = 1 + Math.floor(random() * filesMax)
    // Every name begins with the id, so that a retracted one is found like a retracted text.
    const chosen = Array.from({ length: count }, (_, nth) => this.#newFile(`${id} ${nth + 1}`, random))
    const unsent = random() < unsentShare ? [this.#newFile(`${id} unsent`, random)] : []
    const isSilent = random() < silentShare
    const [repeats, retracts] = [random() < repeatShare, random() < retractShare]
    const files = await Promise.all([...chosen, ...unsent].map((each) => this.#upload(chatId, each)))
    const sent = files.slice(0, count).flatMap((file) => file ?? [])
    if (sent.length < count) return
    this.#user.countSend(id)
    const input = { id, text: isSilent ? '' : `${id} ${now()}`, files: sent }
    const message = await this.#call(chatId, input)
    if (message === undefined) this.#unsure.add(chatId)
    if (message == null) return
    if (repeats) await this.#call(chatId, input)
    if (retracts) await retract(this.#user, chatId, message)
  }

  #newFile(name: string, random: Random): NewFile {
    const image = random() < imageShare ? pick(random, this.#images) : undefined
    // As many of a hundred bytes as of a hundred thousand.
    const length = Math.round(bytesMax ** random())
    const bytes = image === undefined ? randomBytes(length) : Buffer.from(image.base64, 'base64')
    const type = image?.mediaType ?? pick(random, downloadTypes) ?? ''
    const size = image === undefined ? null : { width: image.width, height: image.height }
    const file = new File([new Uint8Array(bytes)], `${name}.${image?.ending ?? 'bin'}`, { type })
    return { file, sent: { sha256: createHash('sha256').update(bytes).digest('hex'), size } }
  }

  async #upload(chatId: ChatId, { file, sent }: NewFile): Promise<SentFile | null> {
    let id: string | null = null
    await this.#user.call({ action: 'upload', chatId, id: file.name }, async () => {
      id = await this.#user.sdk.upload(chatId, file, { signal: AbortSignal.timeout(patienceMs) })
      return null
    })
    return id === null ? null : { id, ...sent }
  }

  /** Null when it is refused, and undefined when the outcome is unknown. */
  async #call(chatId: ChatId, { id, text, files }: NewMessage): Promise<Message | null | undefined> {
    const input = { chatId, text, clientMsgId: id, uploadIds: files.map((file) => file.id) }
    let outcome: Message | null | undefined
    await this.#user.call({ action: 'send', chatId, id, files, isDirect: true }, async () => {
      const deadline = now() + patienceMs
      for (;;) {
        try {
          const { message } = await this.#user.sdk.api.messages.send.mutate(input, timeout())
          outcome = message
          this.#user.acknowledge(id)
          return { seq: message.seq, files: message.attachments.map((attachment) => attachment.id) }
        } catch (error) {
          const code = errorCode(error)
          if (code !== null && !isRetryable(code)) outcome = null
          if (outcome === null || now() > deadline) throw error
          await rest(between(Math.random, pauseMs, 2 * pauseMs), AbortSignal.timeout(patienceMs))
        }
      }
    })
    return outcome
  }
}
