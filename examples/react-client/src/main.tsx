import { type Chat, type ChatFollower, createSdk } from '@deskbell/sdk'
import { SdkProvider, useChat, useConnection, useSession, useStore } from '@deskbell/sdk/react'
import { type FormEvent, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

const sdk = createSdk({ url: location.origin, role: 'client' })
const signIn = () => sdk.login({ email: 'ann@example.com', name: 'Ann', role: 'client' })

function App() {
  const { kind } = useSession()
  if (kind === 'signed-in') return <OwnChat />
  return (
    kind === 'signed-out' && (
      <button type="button" onClick={() => void signIn()}>
        Sign in
      </button>
    )
  )
}

function OwnChat() {
  const [chat, setChat] = useState<Chat | null>(null)
  useEffect(() => {
    // With a fixed `clientChatId` each visit gets the same chat.
    void sdk.api.chats.create.mutate({ clientChatId: 'the-only-one' }).then((made) => setChat(made.chat))
  }, [])
  return chat !== null && <Followed chat={chat} />
}

function Followed({ chat }: { chat: Chat }) {
  const follower = useChat(chat.id)
  return follower !== null && <Thread follower={follower} />
}

function Thread({ follower }: { follower: ChatFollower }) {
  const { entries, pending } = useStore(follower)
  const messages = entries.flatMap((entry) => (entry.kind === 'message' ? [entry] : []))
  const [text, setText] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    follower.send(text)
    setText('')
  }
  return (
    <form onSubmit={send}>
      <p role="status">{useConnection().kind}</p>
      <ol>
        {messages.map(({ seq, actor, message }) => (
          <li key={seq}>{`${actor?.name}: ${message.text}`}</li>
        ))}
        {pending.map(({ clientMsgId, text, state }) => (
          <li key={clientMsgId}>{`${text} (${state})`}</li>
        ))}
      </ol>
      <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
    </form>
  )
}

createRoot(document.querySelector('main') as HTMLElement).render(<SdkProvider sdk={sdk} children={<App />} />)
