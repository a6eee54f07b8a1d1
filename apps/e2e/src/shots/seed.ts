import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import { execute } from '@deskbell/testkit/execute'
import { type RestUser, signInByRest } from '../programs/rest-user.ts'
import { operators, picturesAt, type SampleChat, type SampleFile } from './sample-data.ts'

type Session = Pick<RestUser, 'id' | 'token'>

/** The sample as the pictures use it: sessions, and chats by the name of their client. */
export type Seeded = {
  readonly olga: Session
  readonly dmitri: Session
  readonly clients: ReadonlyMap<string, { readonly person: Session; readonly chatId: number }>
}

/** Signs in all users and sends their messages over REST, oldest chat first. `settleSeed` sets the times. */
export async function seed(url: string, chats: readonly SampleChat[]): Promise<{ seeded: Seeded; times: Times }> {
  const olga = await signInByRest(url, { ...operators.olga, role: 'operator' })
  const dmitri = await signInByRest(url, { ...operators.dmitri, role: 'operator' })
  const clients = new Map<string, { person: RestUser; chatId: number }>()
  const times: Times = []
  for (const chat of chats.toSorted((left, right) => lastAgo(right) - lastAgo(left))) {
    const person = await signInByRest(url, { name: chat.name, email: chat.email, role: 'client' })
    const chatId = await person.createChat()
    let owner: 'olga' | 'dmitri' | null = null
    for (const { from, ago, text, files = [] } of chat.lines) {
      const author = { client: person, olga, dmitri }[from]
      if (from !== 'client' && owner === null) {
        await author.take(chatId)
        owner = from
      }
      const uploadIds: string[] = []
      for (const file of files) uploadIds.push(await author.upload(chatId, file.name, await contentOf(file)))
      const { id, seq } = await author.send(chatId, text, { uploadIds })
      // Both operators and the client have read the chat up to an answer.
      if (from !== 'client') await Promise.all([olga, dmitri, person].map((reader) => reader.markRead(chatId, seq)))
      times.push([id, new Date(picturesAt.getTime() - ago * 60_000)])
    }
    if (chat.closed === true) await olga.close(chatId)
    clients.set(chat.name, { person, chatId })
  }
  return { seeded: { olga, dmitri, clients }, times }
}

async function contentOf(file: SampleFile): Promise<Buffer> {
  if ('bytes' in file) return Buffer.alloc(file.bytes, 'a')
  return await encoded(sampleImage(file), file.name.endsWith('.png') ? 'image/png' : 'image/jpeg')
}

type Times = (readonly [messageId: number, at: Date])[]

/** Sets the times of the rows as if the sample was written before the pictures. The server must not run meanwhile. */
export async function settleSeed(databaseUrl: string, times: Times): Promise<void> {
  const values = times.map(([id, at]) => `(${id}, timestamptz '${at.toISOString()}')`).join(', ')
  await execute(
    databaseUrl,
    `update messages set created_at = v.at from (values ${values}) as v (id, at) where messages.id = v.id`,
  )
  const ofChat = (aggregate: string, more = '') =>
    `(select ${aggregate}(m.created_at) from messages m where m.chat_id = chats.id ${more})`
  await execute(
    databaseUrl,
    `update chats set last_message_at = ${ofChat('max')}, created_at = ${ofChat('min')}, last_entry_at = ${ofChat('max')},
       closed_at = case when status = 'closed' then ${ofChat('max')} end,
       waiting_since = case when waiting_since is not null then (
         select min(m.created_at) from messages m where m.chat_id = chats.id and m.direction = 'in'
           and m.seq > coalesce((select max(o.seq) from messages o where o.chat_id = chats.id and o.direction = 'out'), 0)
       ) end
     where last_message_id is not null`,
  )
  await execute(
    databaseUrl,
    `update chat_events e set created_at = coalesce(
       (select max(m.created_at) from messages m where m.chat_id = e.chat_id and m.seq < e.seq), e.created_at)`,
  )
}

function lastAgo(chat: SampleChat): number {
  return chat.lines.at(-1)?.ago ?? 0
}
