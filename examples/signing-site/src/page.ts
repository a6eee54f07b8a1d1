import { createSdk } from '@deskbell/sdk'

function find<T extends Element>(selector: string): T {
  const found = document.querySelector<T>(selector)
  if (found === null) throw new Error(`The page has no ${selector}.`)
  return found
}

const me = await fetch('/me')
if (me.status === 200) await showChat(await me.text())
else find<HTMLFormElement>('form[action="/sign-in"]').hidden = false

async function showChat(name: string): Promise<void> {
  find('h1').textContent = `Hello, ${name}`

  // Asked for a token at the start, and again before each session in Deskbell ends.
  const identity = async () => {
    const answer = await fetch('/deskbell-token')
    if (!answer.ok) throw new Error('The site does not know its user any more.')
    return await answer.text()
  }
  const sdk = createSdk({ url: location.origin, role: 'client', identity })
  sdk.connection.subscribe(() => {
    find('[role="status"]').textContent = sdk.connection.getSnapshot().kind
  })

  // With a fixed `clientChatId` each visit gets the same chat.
  const { chat } = await sdk.api.chats.create.mutate({ clientChatId: 'support' })
  const follower = sdk.follow(chat.id)
  follower.subscribe(() => {
    const { entries, pending } = follower.getSnapshot()
    const stored = entries.flatMap((entry) =>
      entry.kind === 'message' ? [`${entry.actor?.name}: ${entry.message.text}`] : [],
    )
    const lines = [...stored, ...pending.map(({ text, state }) => `${text} (${state})`)]
    find('ol').replaceChildren(
      ...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })),
    )
  })

  const field = find<HTMLInputElement>('input')
  find<HTMLFormElement>('section > form').addEventListener('submit', (event) => {
    event.preventDefault()
    follower.send(field.value)
    field.value = ''
  })
  // Whoever signs in next in this browser is somebody else.
  const signOut = find<HTMLFormElement>('form[action="/sign-out"]')
  signOut.addEventListener('submit', (event) => {
    event.preventDefault()
    void sdk.logout().finally(() => signOut.submit())
  })

  // Shown only now: until then the browser would have sent the forms itself.
  find<HTMLElement>('section').hidden = false
}
