import { randomBytes } from 'node:crypto'

const canaryPattern = /zq[0-9a-f]{16}/g

/**
 * Unique words in texts, names and addresses. Each has the viewers who may receive it, so that everything that anybody
 * receives can be searched for words of others.
 */
export class Canaries {
  readonly #viewers = new Map<string, Set<string>>()

  /** Makes a word that only these viewers may receive. */
  create(viewers: Iterable<string>): string {
    const word = `zq${randomBytes(8).toString('hex')}`
    this.#viewers.set(word, new Set(viewers))
    return word
  }

  allow(word: string, viewer: string): void {
    this.#viewers.get(word)?.add(viewer)
  }

  /** Returns the words in a received text, each once. */
  in(received: string): string[] {
    return [...new Set(received.match(canaryPattern))]
  }

  /** Returns the words in a received text that this viewer may not receive. */
  forbiddenIn(received: string, viewer: string): string[] {
    return this.in(received).filter((word) => this.#viewers.get(word)?.has(viewer) !== true)
  }
}
