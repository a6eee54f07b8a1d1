import { type Chat, newId } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { failureMessage } from '../../../components/error-message.ts'
import { PersonFields } from '../../../components/form/fields.tsx'
import { firstInvalid, type Person, validatePerson } from '../../../components/form/person.ts'
import { useSession } from '../../../lib/session.ts'
import { askNow } from './ask-now.ts'

type StartChatDialogProps = { readonly onMade: (chat: Chat) => void; readonly onDismiss: () => void }

/** Starts a chat with a client, who may be new. */
export function StartChatDialog({ onMade, onDismiss }: StartChatDialogProps) {
  const { t } = useMacro()
  const { i18n } = useLingui()
  const [person, setPerson] = useState<Person>({ email: '', name: '' })
  const [asked, setAsked] = useState(false)
  // One id for this dialog: a second press, or a retry after a lost answer, creates one chat.
  const [clientChatId] = useState(newId)
  const { busy, error, create } = useCreate(onMade)
  const faults = validatePerson(person)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setAsked(true)
    const faulty = firstInvalid(faults)
    if (faulty !== undefined) event.currentTarget.querySelector<HTMLInputElement>(`[name="${faulty}"]`)?.focus()
    else if (!busy) create({ ...person, clientChatId })
  }
  return (
    <Dialog title={t`New chat with a client`} onDismiss={onDismiss}>
      <form noValidate onSubmit={submit} className="grid gap-4">
        <PersonFields person={person} onPerson={setPerson} faults={asked ? faults : {}} autoComplete={false} />
        <p role="alert" className="text-small text-danger-text empty:hidden">
          {error !== null && i18n._(failureMessage(error))}
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onDismiss}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            <Trans>Start chat</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

type NewChat = Person & { readonly clientChatId: string }

/** Closing the dialog cancels the call. */
function useCreate(onMade: (chat: Chat) => void) {
  const { sdk } = useSession()
  const [state, setState] = useState<{ readonly busy: boolean; readonly error: unknown }>({ busy: false, error: null })
  const left = useRef<AbortController>(null)
  useEffect(() => {
    const controller = new AbortController()
    left.current = controller
    return () => controller.abort()
  }, [])
  const create = async (input: NewChat) => {
    const signal = left.current?.signal
    setState({ busy: true, error: null })
    try {
      const { chat } = await askNow(
        sdk,
        (given) => sdk.api.chats.create.mutate(input, { signal: given }),
        signal && { signal },
      )
      if (signal?.aborted !== true) onMade(chat)
    } catch (error) {
      if (signal?.aborted !== true) setState({ busy: false, error })
    }
  }
  return { ...state, create: (input: NewChat) => void create(input) }
}
