import { signIn, waitingChats } from './waiting-chats.ts'

const [url = 'http://localhost:8080'] = process.argv.slice(2)

const api = await signIn(url, { email: 'reports@example.com', name: 'Reports', role: 'operator' })
for await (const { client, waitingSince, lastMessage } of waitingChats(api)) {
  const minutes = Math.floor((Date.now() - Date.parse(waitingSince ?? '')) / 60_000)
  console.log(
    `${String(minutes).padStart(5)} min  ${client.name} <${client.email ?? 'no address'}>  ${lastMessage?.text ?? ''}`,
  )
}
