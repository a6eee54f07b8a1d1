import type { ChatId } from '@deskbell/contract/ids'
import { createSdk, type Sdk } from '@deskbell/sdk'
import type { Recorder } from '../history/history-file.ts'
import { rest } from '../rest.ts'
import { probedSocket } from './wire-probe.ts'

type LeaverOptions = {
  who: string
  url: string
  chatId: ChatId
  record: Recorder
  afterMs: number
  signal: AbortSignal
}

/**
 * An operator with one session on two devices: one signs out, the other goes on listening.
 * Straight to the server: a slow line would deliver late what was sent in time.
 */
export async function comeAndLeave(options: LeaverOptions): Promise<void> {
  const { who, url, chatId, record, afterMs, signal } = options
  const listening = createSdk({ url, role: 'operator', outbox: 'memory', WebSocket: probedSocket(record, who) })
  try {
    const { user, token } = await listening.login({ email: `${who}@example.test`, name: who, role: 'operator' })
    record({ t: 'actor', userId: user.id, role: 'operator' })
    listening.follow(chatId)
    await rest(afterMs, signal)
    await signOut(createSdk({ url, token, role: 'operator', outbox: 'memory' }), options)
    await rest(null, signal)
  } catch {
    // The server was away: another one comes in the next round.
  } finally {
    listening.close()
  }
}

async function signOut(device: Sdk, { who, chatId, record }: LeaverOptions): Promise<void> {
  const op = `${who}/logout`
  record({ t: 'invoke', op, action: 'logout', chatId })
  try {
    await device.logout()
    record({ t: 'ok', op })
  } catch {
    record({ t: 'info', op })
  } finally {
    device.close()
  }
}
