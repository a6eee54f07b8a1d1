import type { Chat } from '@deskbell/contract/chats'
import { newId } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useMacro } from '@lingui/react/macro'
import { type FormEvent, useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { errorWords } from '../../../components/error-words.ts'
import { firstFault, type Person, personFaults } from '../../../components/person.ts'
import { PersonFields } from '../../../components/person-fields.tsx'
import { errorCode } from '../../../lib/error-code.ts'
import { trpc } from '../../../lib/trpc.ts'

type StartChatDialogProps = { readonly onMade: (chat: Chat) => void; readonly onClose: () => void }

/** Starts a chat with a client, who need not have been here before. */
export function StartChatDialog({ onMade, onClose }: StartChatDialogProps) {
  const { t } = useMacro()
  const { i18n } = useLingui()
  const [person, setPerson] = useState<Person>({ email: '', name: '' })
  const [asked, setAsked] = useState(false)
  // One id for this dialog: pressing twice, or again after a lost answer, makes one chat.
  const [clientChatId] = useState(newId)
  const create = trpc.chats.create.useMutation({ onSuccess: ({ chat }) => onMade(chat) })
  const faults = personFaults(person)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setAsked(true)
    const faulty = firstFault(faults)
    if (faulty !== undefined) event.currentTarget.querySelector<HTMLInputElement>(`[name="${faulty}"]`)?.focus()
    else if (!create.isPending) create.mutate({ ...person, clientChatId })
  }
  return (
    <Dialog title={t`New chat with a client`} onClose={onClose}>
      <form noValidate onSubmit={submit} className="grid gap-4">
        <PersonFields person={person} onPerson={setPerson} faults={asked ? faults : {}} autoComplete={false} />
        {create.error !== null && (
          <p role="alert" className="text-small text-danger-text">
            {i18n._(errorWords(errorCode(create.error)))}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" aria-disabled={create.isPending}>
            <Trans>Start chat</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
