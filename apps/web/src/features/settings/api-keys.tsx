import type { AppRouter } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import { useState } from 'react'
import { AccountForm } from '../../components/accounts/account-form.tsx'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useFormat } from '../../components/use-format.ts'
import { callOnce } from '../../lib/call-once.ts'
import { useSession } from '../../lib/session.ts'
import { trpc } from '../../lib/trpc.ts'
import {
  Choices,
  ConfirmDialog,
  EmptyState,
  ListState,
  listClass,
  rowClass,
  SecretField,
  Section,
  Tag,
} from './section.tsx'

type ApiKey = inferRouterOutputs<AppRouter>['keys']['list']['items'][number]
type Scope = inferRouterInputs<AppRouter>['keys']['create']['scopes'][number]

/** What the form offers: each includes those before it. */
const levels = {
  read: ['read'],
  send: ['read', 'send'],
  manage: ['read', 'send', 'manage'],
} satisfies Record<Scope, Scope[]>

/** The keys of programs. */
export function ApiKeys() {
  const { t } = useLingui()
  const query = trpc.keys.list.useQuery(undefined, { staleTime: 0 })
  const [isMaking, setMaking] = useState(false)
  const keys = query.data?.items ?? []
  const refetch = () => void query.refetch()
  return (
    <Section
      title={t`API keys`}
      text={<Trans>A program signs in with a key, and acts as an operator with the key’s name.</Trans>}
      action={
        <Button look="primary" onClick={() => setMaking(true)}>
          <Trans>New key</Trans>
        </Button>
      }
    >
      <ListState query={query} />
      {keys.length > 0 && (
        <ul className={listClass}>
          {keys.map((key) => (
            <KeyRow key={key.id} apiKey={key} onDeleted={refetch} />
          ))}
        </ul>
      )}
      {query.data !== undefined && keys.length === 0 && (
        <EmptyState>
          <Trans>
            There are no keys yet. Make one for each program that uses the API, so that you can delete it alone.
          </Trans>
        </EmptyState>
      )}
      {isMaking && <NewKeyDialog onMade={refetch} onDismiss={() => setMaking(false)} />}
    </Section>
  )
}

function useScopeNames(): Record<Scope, string> {
  const { t } = useLingui()
  return {
    read: t({ message: 'Read', context: 'scope' }),
    send: t({ message: 'Send', context: 'scope' }),
    manage: t({ message: 'Manage', context: 'scope' }),
  }
}

function KeyRow({ apiKey, onDeleted }: { apiKey: ApiKey; onDeleted: () => void }) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const format = useFormat()
  const scopeNames = useScopeNames()
  const [isAsking, setAsking] = useState(false)
  const { name, createdAt, lastUsedAt } = apiKey
  const made = format.date(createdAt)
  const used = lastUsedAt === null ? null : `${format.date(lastUsedAt)}, ${format.time(lastUsedAt)}`
  return (
    <li className={rowClass}>
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-x-2 font-medium">
          <bdi className="min-w-0 wrap-anywhere">{name}</bdi>
          {apiKey.scopes.map((scope) => (
            <Tag key={scope}>{scopeNames[scope]}</Tag>
          ))}
        </span>
        <span className="text-small text-ink-2">
          <Trans>Made on {made}.</Trans>{' '}
          {used === null ? <Trans>Never used.</Trans> : <Trans>Last used on {used}.</Trans>}
        </span>
      </div>
      <Button look="danger" aria-label={t`Delete: ${name}`} onClick={() => setAsking(true)}>
        <Trans>Delete</Trans>
      </Button>
      {isAsking && (
        <ConfirmDialog
          isDangerous
          title={t`Delete the key ${name}?`}
          text={<Trans>Programs that use it stop working at once. This can’t be undone.</Trans>}
          confirm={<Trans>Delete key</Trans>}
          call={(signal) => sdk.api.keys.delete.mutate({ keyId: apiKey.id }, { signal })}
          onDone={() => {
            setAsking(false)
            onDeleted()
          }}
          onDismiss={() => setAsking(false)}
        />
      )}
    </li>
  )
}

function NewKeyDialog({ onMade, onDismiss }: { onMade: () => void; onDismiss: () => void }) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const [secret, setSecret] = useState<string | null>(null)
  if (secret !== null) return <SecretDialog secret={secret} onDismiss={onDismiss} />
  return (
    <Dialog title={t`New key`} onDismiss={onDismiss}>
      <AccountForm
        fields={['name']}
        aboutSelf={false}
        submit={<Trans>Make key</Trans>}
        beside={
          <Button onClick={onDismiss}>
            <Trans>Cancel</Trans>
          </Button>
        }
        onSubmit={async ({ name }, form) => {
          const level = form.get('level')
          const scopes = levels[level === 'manage' || level === 'send' ? level : 'read']
          const made = await callOnce((signal) => sdk.api.keys.create.mutate({ name, scopes }, { signal }))
          setSecret(made.secret)
          onMade()
        }}
      >
        <Choices
          label={t`What it may do`}
          name="level"
          preset="read"
          options={[
            { value: 'read', name: t({ message: 'Read', context: 'scope' }), text: t`Reads all chats and messages.` },
            { value: 'send', name: t`Read and send`, text: t`Also writes messages and starts chats.` },
            { value: 'manage', name: t`Read, send and manage`, text: t`Also takes, closes and reopens chats.` },
          ]}
        />
      </AccountForm>
    </Dialog>
  )
}

function SecretDialog({ secret, onDismiss }: { secret: string; onDismiss: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Copy the key now`} onDismiss={onDismiss}>
      <div className="grid gap-4">
        <p className="text-body">
          <Trans>It won’t be shown again. Whoever has it can use the API as this key.</Trans>
        </p>
        <SecretField label={t`Key`} secret={secret} />
        <div className="flex justify-end">
          <Button onClick={onDismiss}>
            <Trans>Done</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
