import type { AppRouter } from '@deskbell/api/router'
import { chatIdSchema } from '@deskbell/contract/ids'
import { createTRPCClient, type TRPCLink } from '@trpc/client'
import { ConnectionManager } from '../../connection/connection-manager.ts'
import { createMemoryAccountStore } from '../../outbox/account-store.ts'
import { ChatOutbox } from '../../outbox/chat-outbox.ts'
import { createServerApi } from '../../server-api.ts'
import { followChat } from '../../timeline/follow-chat.ts'
import type { ChatFollower } from '../../timeline/timeline.ts'
import type { FakeBrowser, FakeTab } from '../fake-browser.ts'
import { type ModelDesk, ModelSocket } from './model-desk.ts'

const chatId = chatIdSchema.parse(1)
const noHttp: TRPCLink<AppRouter> = () => () => {
  throw new Error('Nothing goes by HTTP here.')
}

/** One tab of a fake browser, with a real connection, real calls and a real timeline. */
export class ModelTab {
  readonly tab: FakeTab
  readonly manager: ConnectionManager
  readonly follower: ChatFollower
  /** Seqs that were shown with a gap between them; there must never be one. */
  readonly holes: number[][] = []
  readonly #sockets = new Set<ModelSocket>()
  isDead = false

  constructor(desk: ModelDesk, browser: FakeBrowser, id: string) {
    this.tab = browser.openTab()
    this.manager = new ConnectionManager({
      url: () => 'ws://desk/trpc',
      hasSession: () => true,
      connectionParams: null,
      WebSocket: this.#socketClass(desk),
      random: () => 0.5,
      askServer: async () => (desk.isDown ? 'silent' : 'alive'),
      http: { url: 'http://desk/trpc', headers: () => ({}), fetch: undefined },
      calls: noHttp,
      fallback: false,
      shareWith: () => ({ browser: this.tab, name: 'sharedChannel', tab: id }),
    })
    const client = createTRPCClient<AppRouter>({
      links: [
        () =>
          ({ op }) =>
            this.manager.run(op),
      ],
    })
    const serverApi = createServerApi(client, {
      connection: this.manager.state,
      random: () => 0.5,
      isOwn: () => true,
      connect: () => this.manager.connect(),
      probe: () => this.manager.probe(),
    })
    const outbox = new ChatOutbox(serverApi, {
      chatId,
      sendTimeoutMs: 10_000,
      accountStore: createMemoryAccountStore(),
    })
    this.follower = followChat(serverApi, { chatId, outbox })
    this.follower.subscribe(() => this.#look())
  }

  seqs(): number[] {
    return this.follower.getSnapshot().entries.map(({ seq }) => seq)
  }

  /** Dies at once: it sends nothing to anybody, and its sockets break. */
  kill(): void {
    if (this.isDead) return
    this.isDead = true
    this.tab.kill()
    for (const socket of this.#sockets) socket.drop(1006)
    this.close()
  }

  close(): void {
    this.follower.stop()
    this.manager.end('closed')
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
