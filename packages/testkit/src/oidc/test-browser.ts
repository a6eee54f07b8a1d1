/** A browser without a screen: keeps the cookies of each host, and follows redirects one by one. */
export class TestBrowser {
  readonly #cookies = new Map<string, Map<string, string>>()

  /** Gets one answer, without following it. `to`: absolute. */
  async request(to: string, init: RequestInit = {}): Promise<Response> {
    const jar = this.#jar(to)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(cookie !== '' && { cookie }) }
    const response = await fetch(to, { ...init, headers, redirect: 'manual' })
    for (const text of response.headers.getSetCookie()) keep(jar, text)
    return response
  }

  /** Follows redirects from an address until the next one begins with `stop`, and returns that one. */
  async follow(from: string, stop: string): Promise<string> {
    let at = from
    for (let hop = 0; hop < 10; hop += 1) {
      const response = await this.request(at)
      const location = response.headers.get('location')
      if (location === null) throw new Error(`${at} answered ${response.status}: ${await response.text()}`)
      at = new URL(location, at).href
      if (at.startsWith(stop)) return at
    }
    throw new Error(`Too many redirects from ${from}.`)
  }

  /** The cookies of a host. */
  cookies(at: string): ReadonlyMap<string, string> {
    return this.#jar(at)
  }

  setCookie(at: string, name: string, value: string): void {
    this.#jar(at).set(name, value)
  }

  #jar(at: string): Map<string, string> {
    const { host } = new URL(at)
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    return jar
  }
}

function keep(jar: Map<string, string>, text: string): void {
  const [pair = '', ...attributes] = text.split(';')
  const at = pair.indexOf('=')
  const [name, value] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  const isOver = attributes.some((each) => /^\s*(?:max-age=0|expires=.*1970)/i.test(each))
  if (isOver || value === '') jar.delete(name)
  else jar.set(name, value)
}
