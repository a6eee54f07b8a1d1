import { HostedGuest } from './hosted-guest.ts'
import type { ShareOptions } from './share-options.ts'
import type { TabChannel } from './tab-browser.ts'
import { type HallMessage, hallKinds, parseMessage } from './tab-messages.ts'

/** Streams that are relayed; the rest of what one socket may have is for the host's own. */
const relayedStreamsMax = 12

/** The tab that has the line: runs what other tabs ask for. */
export class TabHost {
  readonly #options: ShareOptions
  readonly #hall: TabChannel
  readonly #guests = new Map<string, HostedGuest>()
  readonly #stopListening: () => void

  constructor(options: ShareOptions) {
    this.#options = options
    this.#hall = options.browser.openChannel(options.name)
    this.#hall.listen((message) => this.#heard(parseMessage<HallMessage>(hallKinds, message)))
    this.#stopListening = options.line.state.subscribe(() => this.#tellState())
    this.#hall.post({ t: 'leading', host: options.tab } satisfies HallMessage)
  }

  stop(): void {
    this.#stopListening()
    this.#hall.close()
    for (const guest of [...this.#guests.values()]) guest.stop()
  }

  #heard(message: HallMessage | null): void {
    if (message?.t !== 'hello') return
    const { tab } = message
    this.#guests.get(tab)?.stop()
    const guest: HostedGuest = new HostedGuest(this.#options, {
      tab,
      hasRoom: () => this.#streams() < relayedStreamsMax,
      left: () => this.#guests.get(tab) === guest && this.#guests.delete(tab),
    })
    this.#guests.set(tab, guest)
    guest.welcome()
  }

  #tellState(): void {
    for (const guest of this.#guests.values()) guest.tellState()
  }

  #streams(): number {
    return [...this.#guests.values()].reduce((sum, guest) => sum + guest.streams, 0)
  }
}
