import type { AppRouter } from '@deskbell/api/router'
import { chatIdSchema } from '@deskbell/contract/ids'
import { createTRPCClient, type TRPCLink } from '@trpc/client'
import { createCalls } from '../calls.ts'
import { ChatOutbox } from '../outbox/chat-outbox.ts'
import { createMemoryShelf } from '../outbox/shelf.ts'
import type { FakeBrowser, FakeTab } from '../tabs/fake-browser.ts'
import { followChat } from '../timeline/follow-chat.ts'
import type { ChatFollower } from '../timeline/timeline.ts'
import { Access } from './access.ts'
import { type ModelDesk, ModelSocket } from './model-desk.ts'

const chatId = chatIdSchema.parse(1)
const noHttp: TRPCLink<AppRouter> = () => () => {
  throw new Error('Nothing goes by HTTP here.')
}

/** One tab of a played browser with everything real in it: access, calls and a timeline. */
export class ModelTab {
  readonly tab: FakeTab
  readonly access: Access
  readonly follower: ChatFollower
  /** Seqs that were shown with a hole between them; there must never be one. */
  readonly holes: number[][] = []
  readonly #sockets = new Set<ModelSocket>()
  isDead = false

  constructor(desk: ModelDesk, browser: FakeBrowser, id: string) {
    this.tab = browser.openTab()
    this.access = new Access({
      url: 'ws://desk/trpc',
      hasSession: () => true,
      connectionParams: null,
      WebSocket: this.#socketClass(desk),
      random: () => 0.5,
      askServer: async () => (desk.isDown ? 'silent' : 'alive'),
      http: { url: 'http://desk/trpc', headers: () => ({}), fetch: undefined },
      calls: noHttp,
      fallback: false,
      shareWith: () => ({ browser: this.tab, name: 'hall', tab: id }),
    })
    const client = createTRPCClient<AppRouter>({
      links: [
        () =>
          ({ op }) =>
            this.access.run(op),
      ],
    })
    const calls = createCalls(client, {
      connection: this.access.state,
      random: () => 0.5,
      isOwn: () => true,
      connect: () => this.access.connect(),
      probe: () => this.access.probe(),
    })
    const outbox = new ChatOutbox(calls, { chatId, timeoutMs: 10_000, shelf: createMemoryShelf() })
    this.follower = followChat(calls, { chatId, outbox })
    this.follower.subscribe(() => this.#look())
  }

  seqs(): number[] {
    return this.follower.getSnapshot().entries.map(({ seq }) => seq)
  }

  /** Gone in one moment: it says nothing to anybody, and its sockets break. */
  kill(): void {
    if (this.isDead) return
    this.isDead = true
    this.tab.kill()
    for (const socket of this.#sockets) socket.drop(1006)
    this.close()
  }

  close(): void {
    this.follower.stop()
    this.access.end('closed')
  }

  #look(): void {
    const seqs = this.seqs()
    if (seqs.some((seq, index) => index > 0 && seq !== (seqs[index - 1] ?? 0) + 1)) this.holes.push(seqs)
  }

  #socketClass(desk: ModelDesk): typeof WebSocket {
    const sockets = this.#sockets
    return class extends ModelSocket {
      constructor(url: string | URL) {
        super(desk, url)
        sockets.add(this)
      }
    }
  }
}
