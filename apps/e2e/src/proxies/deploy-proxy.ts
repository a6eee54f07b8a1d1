import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** Starts a proxy that simulates another version of the pages, missing files, hanging requests and lost cookies. */
export async function startDeployProxy(targetUrl: string): Promise<DeployProxy> {
  const answer: unknown = await (await fetch(`${targetUrl}/version.json`)).json()
  if (typeof answer !== 'object' || answer === null || !('version' in answer))
    throw new Error('The pages have no version.')
  const proxy = new DeployProxy(new URL(targetUrl), String(answer.version))
  await proxy.listen()
  return proxy
}

export class DeployProxy implements AsyncDisposable {
  readonly #target: URL
  readonly #present: string
  readonly #server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing))
  readonly #open = new Set<Socket>()
  readonly #replaced = new Map<string, string>()
  #version: string
  #lost: RegExp | null = null
  #held: RegExp | null = null
  #letGo = Promise.withResolvers<void>()
  #dropsCookies = false

  constructor(target: URL, version: string) {
    this.#target = target
    this.#present = version
    this.#version = version
    this.#server.on('upgrade', (incoming, near, head) => void this.#upgrade(incoming, near, head))
    this.#server.on('connection', (socket) => {
      this.#open.add(socket)
      socket.on('close', () => this.#open.delete(socket)).on('error', () => undefined)
    })
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  get url(): string {
    const address = this.#server.address()
    return `http://localhost:${typeof address === 'object' ? address?.port : 0}`
  }

  /** From now on replaces the version in HTML, scripts and JSON by this one, as a deploy does. */
  deploy(version: string): void {
    this.#version = version
  }

  /** Answers 404 to requests whose path this matches. */
  lose(lost: RegExp): void {
    this.#lost = lost
  }

  /** Answers requests for `path` with another file of the server. */
  replace(path: string, by: string): void {
    this.#replaced.set(path, by)
  }

  /** Leaves requests whose path this matches unanswered until `mend`. */
  hold(held: RegExp): void {
    this.#held = held
  }

  /** Removes `set-cookie` from all responses. */
  dropCookies(): void {
    this.#dropsCookies = true
  }

  /** Ends all faults and forwards the held requests; the version stays. */
  mend(): void {
    this.#lost = null
    this.#held = null
    this.#dropsCookies = false
    this.#replaced.clear()
    this.#letGo.resolve()
    this.#letGo = Promise.withResolvers()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mend()
    this.#server.close()
    for (const socket of this.#open) socket.destroy()
    await once(this.#server, 'close')
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? '/'
    if (this.#held?.test(path)) await this.#letGo.promise
    if (this.#lost?.test(path)) {
      outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
      return
    }
    const headers = { ...incoming.headers, 'accept-encoding': 'identity' }
    delete headers['if-none-match']
    delete headers['if-modified-since']
    const at = { host: this.#target.hostname, port: this.#target.port, path: this.#replaced.get(path) ?? path }
    const onward = request({ ...at, method: incoming.method, headers }, (from) => void this.#send(from, outgoing))
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  }

  async #send(from: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(from)
    const isText = /html|javascript|json/.test(from.headers['content-type'] ?? '')
    const sent = isText ? Buffer.from(body.toString().replaceAll(this.#present, this.#version)) : body
    const given = { ...from.headers, 'content-length': String(sent.length) }
    delete given['transfer-encoding']
    if (this.#dropsCookies) delete given['set-cookie']
    outgoing.writeHead(from.statusCode ?? 502, given).end(sent)
  }

  async #upgrade(incoming: IncomingMessage, near: Duplex, head: Buffer): Promise<void> {
    if (this.#held?.test(incoming.url ?? '/')) await this.#letGo.promise
    const far = connect(Number(this.#target.port), this.#target.hostname)
    const lines = Object.entries(incoming.headersDistinct).flatMap(([name, all]) =>
      (all ?? []).map((value) => `${name}: ${value}`),
    )
    far.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    far.write(head)
    far.pipe(near).pipe(far)
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy())
  }
}
