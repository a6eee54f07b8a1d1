/** A `WebSocket` for tests: the test plays the server's side. */
export class FakeSocket extends EventTarget implements WebSocket {
  static readonly made: FakeSocket[] = []
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3
  readonly sent: unknown[] = []
  readonly url: string
  readonly bufferedAmount = 0
  readonly extensions = ''
  readonly protocol = ''
  binaryType: WebSocket['binaryType'] = 'blob'
  onclose = null
  onerror = null
  onmessage = null
  onopen = null
  readyState = 0
  #muted = false

  static newest(): FakeSocket {
    const socket = FakeSocket.made.at(-1)
    if (socket === undefined) throw new Error('No socket was made.')
    return socket
  }

  constructor(url: string | URL) {
    super()
    this.url = String(url)
    FakeSocket.made.push(this)
  }

  /** The upgrade succeeds. */
  accept(): void {
    this.readyState = this.OPEN
    this.dispatchEvent(new Event('open'))
  }

  /** The upgrade fails; a browser reports nothing more. */
  refuse(): void {
    this.readyState = this.CLOSED
    this.dispatchEvent(new Event('error'))
    this.drop(1006)
  }

  /** The server closes the socket, or the connection breaks. */
  drop(code: number): void {
    this.readyState = this.CLOSED
    this.dispatchEvent(Object.assign(new Event('close'), { code }))
  }

  /** From now on `close` gets no answer, as on a dead connection. */
  mute(): void {
    this.#muted = true
  }

  say(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(): void {
    if (this.readyState === this.CLOSED) return
    const isOpening = this.readyState === this.CONNECTING
    this.readyState = this.CLOSING
    if (!this.#muted) queueMicrotask(() => (isOpening ? this.refuse() : this.drop(1000)))
  }
}
