import type { Chat } from '@deskbell/contract/chats'
import type { InboxFollower, InboxState } from '@deskbell/sdk'
import type { InboxCountsRow, InboxRow } from '@deskbell/testkit/history/history-line'
import type { Recorder } from '../history/history-file.ts'

/** Stands for a user with the list of chats open: records every replaced row. */
export class InboxWatch {
  readonly #record: Recorder
  #inbox: InboxFollower | undefined
  #rows: InboxState['rows'] = new Map()

  constructor(record: Recorder) {
    this.#record = record
  }

  watch(inbox: InboxFollower): void {
    this.#inbox = inbox
    inbox.subscribe(() => this.#recordState(inbox.getSnapshot()))
  }

  differences(rows: readonly InboxRow[], counts: InboxCountsRow | null): string[] {
    const state = this.#inbox?.getSnapshot()
    const wrong = rows.flatMap((row) => {
      const shown = this.#shown(row.chatId)
      const same = shown !== undefined && JSON.stringify(shown) === JSON.stringify(row)
      return same ? [] : [`the inbox has ${JSON.stringify(shown)}, stored is ${JSON.stringify(row)}`]
    })
    const current = countsOf(state)
    if (counts === null || JSON.stringify(current) === JSON.stringify(counts)) return wrong
    return [...wrong, `the inbox counts ${JSON.stringify(current)}, stored are ${JSON.stringify(counts)}`]
  }

  recordRest(): void {
    const state = this.#inbox?.getSnapshot()
    const chats = [...(state?.rows.values() ?? [])]
    const rows = chats.map((chat) => ({ ...rowOf(chat), preview: chat.lastMessage?.text ?? null }))
    this.#record({ t: 'inbox', rows, counts: countsOf(state) })
  }

  #shown(chatId: number): InboxRow | undefined {
    for (const [id, chat] of this.#rows) if (id === chatId) return rowOf(chat)
    return undefined
  }

  #recordState({ rows }: InboxState): void {
    for (const [chatId, chat] of rows) {
      if (this.#rows.get(chatId) === chat) continue
      this.#record({ t: 'row', chatId, rev: chat.rev, unread: chat.unread })
    }
    this.#rows = rows
  }
}

function rowOf({ id, rev, unread, status, operator }: Chat): InboxRow {
  return { chatId: id, rev, unread, status, operatorId: operator?.id ?? null }
}

function countsOf(state: InboxState | undefined): InboxCountsRow | null {
  const counts = state?.counts ?? null
  return counts && { open: counts.open, mine: counts.mine, unassigned: counts.unassigned, unread: counts.unread }
}
