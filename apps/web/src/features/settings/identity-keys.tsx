import { type AppRouter, errorCode } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import { type FormEvent, useId, useState } from 'react'
import { refusedFields, useAccountErrorWords } from '../../components/accounts/account-error.ts'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useFormat } from '../../components/use-format.ts'
import { callOnce } from '../../lib/call-once.ts'
import { useSession } from '../../lib/session.ts'
import { trpc } from '../../lib/trpc.ts'
import { publicKeyFault } from './public-key-fault.ts'
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

type IdentityKey = inferRouterOutputs<AppRouter>['identityKeys']['list']['items'][number]
type Alg = inferRouterInputs<AppRouter>['identityKeys']['create']['alg']
type Made = inferRouterOutputs<AppRouter>['identityKeys']['create']

/** The keys with which the own site signs who its clients are. `audience`: what its tokens are for. */
export function IdentityKeys({ audience }: { audience: string }) {
  const { t } = useLingui()
  const query = trpc.identityKeys.list.useQuery(undefined, { staleTime: 0 })
  const [isAdding, setAdding] = useState(false)
  const keys = query.data?.items ?? []
  const newest = keys.at(-1)
  const refetch = () => void query.refetch()
  return (
    <Section
      title={t`Identity keys`}
      text={
        <Trans>
          Your site signs who its users are, and they come to the chat as verified clients. Two keys can be in use at
          the same time, so that one replaces the other without a gap.
        </Trans>
      }
      action={
        <Button look="primary" onClick={() => setAdding(true)}>
          <Trans>New key</Trans>
        </Button>
      }
    >
      <ListState query={query} />
      {keys.length > 0 && (
        <ul className={listClass}>
          {keys.map((key) => (
            <KeyRow key={key.kid} identityKey={key} isOnly={keys.length === 1} onRemoved={refetch} />
          ))}
        </ul>
      )}
      {query.data !== undefined && keys.length === 0 && (
        <EmptyState>
          <Trans>There are no keys yet. Until there is one, all clients are guests.</Trans>
        </EmptyState>
      )}
      {newest !== undefined && <Snippet identityKey={newest} audience={audience} />}
      {isAdding && <NewKeyDialog onMade={refetch} onDismiss={() => setAdding(false)} />}
    </Section>
  )
}

type KeyRowProps = { readonly identityKey: IdentityKey; readonly isOnly: boolean; readonly onRemoved: () => void }

function KeyRow({ identityKey: { kid, alg, createdAt }, isOnly, onRemoved }: KeyRowProps) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const format = useFormat()
  const [isAsking, setAsking] = useState(false)
  const added = format.date(createdAt)
  return (
    <li className={rowClass}>
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-x-2">
          <code dir="ltr" className="min-w-0 wrap-anywhere">
            {kid}
          </code>
          <Tag>{alg}</Tag>
        </span>
        <span className="text-small text-ink-2">
          <Trans>Added on {added}.</Trans>
        </span>
      </div>
      <Button look="danger" aria-label={t`Remove: ${kid}`} onClick={() => setAsking(true)}>
        <Trans>Remove</Trans>
      </Button>
      {isAsking && (
        <ConfirmDialog
          isDangerous
          title={t`Remove the key ${kid}?`}
          text={
            isOnly ? (
              <Trans>
                It’s the only key: nobody can come as a verified client until there is another one. Clients who are
                signed in stay for up to an hour. This can’t be undone.
              </Trans>
            ) : (
              <Trans>
                What your site signs with it stops working at once. Clients who are signed in stay for up to an hour.
                This can’t be undone.
              </Trans>
            )
          }
          confirm={<Trans>Remove key</Trans>}
          call={(signal) => sdk.api.identityKeys.delete.mutate({ kid }, { signal })}
          onDone={() => {
            setAsking(false)
            onRemoved()
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
  const wordsOf = useKeyErrorWords()
  const [alg, setAlg] = useState<Alg>('HS256')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<{ readonly atKey?: string; readonly below?: string }>({})
  const [made, setMade] = useState<Made | null>(null)
  if (made !== null) return <MadeDialog made={made} onDismiss={onDismiss} />
  const add = async (form: FormData) => {
    const publicKey = String(form.get('publicKey') ?? '').trim()
    const found = alg === 'ES256' ? publicKeyFault(publicKey) : null
    if (found !== null) return setFault({ atKey: wordsOf.publicKey[found] })
    setBusy(true)
    setFault({})
    try {
      const input = alg === 'ES256' ? { alg, publicKey } : { alg }
      setMade(await callOnce((signal) => sdk.api.identityKeys.create.mutate(input, { signal })))
      onMade()
    } catch (error) {
      const isRefused = refusedFields(error).includes('publicKey')
      setFault(isRefused ? { atKey: wordsOf.publicKey.unknown } : { below: wordsOf.call(error) })
    }
    setBusy(false)
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!isBusy) void add(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={t`New identity key`} onDismiss={onDismiss}>
      <form
        // The dialog around it opens after this, and gives the choice the focus.
        ref={(form) => form?.querySelector('input')?.setAttribute('autofocus', '')}
        noValidate
        onSubmit={onSubmit}
        onChange={(event) => {
          setAlg(new FormData(event.currentTarget).get('alg') === 'ES256' ? 'ES256' : 'HS256')
          setFault({})
        }}
        className="grid gap-4"
      >
        <Choices
          label={t`How your site signs`}
          name="alg"
          preset="HS256"
          options={[
            {
              value: 'HS256',
              name: t`With a secret`,
              text: t`HS256. Deskbell makes it, and you put it on your server.`,
            },
            {
              value: 'ES256',
              name: t`With a private key`,
              text: t`ES256. You keep it, and paste its public key here.`,
            },
          ]}
        />
        {alg === 'ES256' && <PublicKeyField error={fault.atKey} />}
        <p role="alert" className="text-small text-danger-text empty:hidden">
          {fault.below}
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onDismiss}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="primary" busy={isBusy}>
            <Trans>Add key</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Returns why a key is not added, in words. */
function useKeyErrorWords() {
  const { t } = useLingui()
  const errorWords = useAccountErrorWords()
  return {
    publicKey: {
      missing: t`Paste the public key.`,
      private: t`This is a private key. It belongs on your server only: paste the public one.`,
      unknown: t`This isn’t a public key for ES256: a key on the curve P-256, as PEM or JWK.`,
    },
    call: (error: unknown) =>
      errorCode(error) === 'too_many_keys'
        ? t`There are two keys already. Remove the one that your site no longer uses.`
        : errorWords(error),
  }
}

function PublicKeyField({ error }: { error: string | undefined }) {
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-small font-medium">
        <Trans>Public key</Trans>
      </label>
      <textarea
        id={id}
        name="publicKey"
        rows={5}
        dir="ltr"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? `${id}-hint` : `${id}-hint ${id}-error`}
        className="w-full resize-y rounded-control border border-line-strong bg-raised px-3 py-2 font-mono text-small aria-invalid:border-danger"
      />
      <p id={`${id}-error`} role="alert" className="text-small text-danger-text empty:hidden">
        {error}
      </p>
      <p id={`${id}-hint`} className="text-small text-ink-2">
        <Trans>PEM that begins with BEGIN PUBLIC KEY, or a JWK.</Trans>
      </p>
    </div>
  )
}

function MadeDialog({ made: { kid, secret }, onDismiss }: { made: Made; onDismiss: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog title={secret === undefined ? t`Key added` : t`Copy the secret now`} onDismiss={onDismiss}>
      <div className="grid gap-4">
        {secret === undefined ? (
          <>
            <p className="text-body">
              <Trans>Your site names it in each token that it signs.</Trans>
            </p>
            <SecretField label={t`Key ID`} secret={kid} />
          </>
        ) : (
          <>
            <p className="text-body">
              <Trans>It won’t be shown again. Whoever has it can come to the chat as any of your users.</Trans>
            </p>
            <SecretField label={t`Secret`} secret={secret} />
          </>
        )}
        <div className="flex justify-end">
          <Button onClick={onDismiss}>
            <Trans>Done</Trans>
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** How the own server signs with a key. */
function Snippet({ identityKey: { kid, alg }, audience }: { identityKey: IdentityKey; audience: string }) {
  const key = alg === 'HS256' ? 'secret: process.env.DESKBELL_SECRET' : 'privateKey: process.env.DESKBELL_PRIVATE_KEY'
  const code = `import { signIdentity } from '@deskbell/sdk/identity'

const identity = await signIdentity({
  kid: '${kid}',
  ${key},
  audience: '${audience}',
  subject: user.id,
  name: user.name,
  email: user.email,
})`
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h3 className="text-title font-semibold">
        <Trans>Sign on your server</Trans>
      </h3>
      <p className="text-small text-ink-2">
        <Trans>
          Give the token to createSdk in your page. The subject is your own ID of the user and never changes. Put in
          only an email that you have verified.
        </Trans>
      </p>
      <pre
        dir="ltr"
        className="rounded-card border border-line bg-sunken px-4 py-3 font-mono text-small wrap-anywhere whitespace-pre-wrap"
      >
        {code}
      </pre>
    </div>
  )
}
