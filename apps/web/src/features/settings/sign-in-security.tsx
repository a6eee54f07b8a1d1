import type { AppRouter } from '@deskbell/sdk'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterOutputs } from '@trpc/server'
import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { lazyPart } from '../../components/lazy-part.tsx'
import { useFormat } from '../../components/use-format.ts'
import { importPart } from '../../lib/loading/import-part.ts'
import { canUsePasskeys } from '../../lib/passkeys.ts'
import { useSession } from '../../lib/session.ts'
import { trpc } from '../../lib/trpc.ts'
import type { FactorDialogProps, RenameDialogProps } from './lazy/factor-dialogs.tsx'
import type { RecoveryCodesDialogProps } from './lazy/recovery-codes-dialog.tsx'
import { ConfirmDialog, ListState, listClass, rowClass, Section, Tag } from './section.tsx'

const PasskeyDialog = lazyPart<FactorDialogProps>(
  async () => (await importPart(() => import('./lazy/factor-dialogs.tsx'))).PasskeyDialog,
)
const RenameDialog = lazyPart<RenameDialogProps>(
  async () => (await importPart(() => import('./lazy/factor-dialogs.tsx'))).RenameDialog,
)
const AppDialog = lazyPart<FactorDialogProps>(
  async () => (await importPart(() => import('./lazy/factor-dialogs.tsx'))).AppDialog,
)
const RecoveryCodesDialog = lazyPart<RecoveryCodesDialogProps>(
  async () => (await importPart(() => import('./lazy/recovery-codes-dialog.tsx'))).RecoveryCodesDialog,
)

type Factors = inferRouterOutputs<AppRouter>['auth']['factors']
type Passkey = Factors['passkeys'][number]
/** What was pressed. */
type Act =
  | { readonly is: 'addPasskey' | 'addApp' | 'removeApp' | 'newCodes' }
  | { readonly is: 'renamePasskey' | 'removePasskey'; readonly passkey: Passkey }
  | { readonly is: 'showCodes'; readonly codes: readonly string[] }

/** The own second factors. */
export function SignInSecurity() {
  const { t } = useLingui()
  const query = trpc.auth.factors.useQuery(undefined, { staleTime: 0 })
  const [act, setAct] = useState<Act | null>(null)
  const factors = query.data
  const onDone = (codes: readonly string[] = []) => {
    setAct(codes.length === 0 ? null : { is: 'showCodes', codes })
    void query.refetch()
  }
  return (
    <Section
      title={t`Sign-in security`}
      text={<Trans>A second step keeps your account safe even if somebody learns your password.</Trans>}
      action={
        canUsePasskeys() && (
          <Button onClick={() => setAct({ is: 'addPasskey' })}>
            <Trans>Add passkey</Trans>
          </Button>
        )
      }
    >
      <ListState query={query} />
      {factors !== undefined && <FactorList factors={factors} onAct={setAct} />}
      {factors !== undefined && act !== null && (
        <ActDialog act={act} isLast={countOf(factors) === 1} onDone={onDone} onDismiss={() => setAct(null)} />
      )}
    </Section>
  )
}

function countOf({ passkeys, totp }: Factors): number {
  return passkeys.length + (totp ? 1 : 0)
}

function FactorList({ factors, onAct }: { factors: Factors; onAct: (act: Act) => void }) {
  const { t } = useLingui()
  const { passkeys, totp, recoveryCodes } = factors
  return (
    <ul className={listClass}>
      {passkeys.map((passkey) => (
        <PasskeyRow key={passkey.id} passkey={passkey} onAct={onAct} />
      ))}
      {passkeys.length === 0 && (
        <Row
          name={<Trans>Passkeys</Trans>}
          text={
            canUsePasskeys() ? (
              <Trans>Your fingerprint, face or screen lock, or a security key. None yet.</Trans>
            ) : (
              <Trans>This browser can’t add passkeys. Use a newer one.</Trans>
            )
          }
        />
      )}
      <Row
        name={<Trans>Authenticator app</Trans>}
        tag={totp && <Trans>On</Trans>}
        text={
          totp ? <Trans>Signing in asks for a code from your app.</Trans> : <Trans>Codes from your phone. Off.</Trans>
        }
      >
        {totp ? (
          <Button aria-label={t`Remove authenticator app`} onClick={() => onAct({ is: 'removeApp' })}>
            <Trans>Remove</Trans>
          </Button>
        ) : (
          <Button aria-label={t`Set up authenticator app`} onClick={() => onAct({ is: 'addApp' })}>
            <Trans>Set up</Trans>
          </Button>
        )}
      </Row>
      {countOf(factors) > 0 && (
        <Row
          name={<Trans>Recovery codes</Trans>}
          text={<Plural value={recoveryCodes} _0="None left." one="# code left." other="# codes left." />}
        >
          <Button onClick={() => onAct({ is: 'newCodes' })}>
            <Trans>New codes</Trans>
          </Button>
        </Row>
      )}
    </ul>
  )
}

function PasskeyRow({ passkey, onAct }: { passkey: Passkey; onAct: (act: Act) => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const { name, createdAt, lastUsedAt } = passkey
  const added = format.date(createdAt)
  const used = lastUsedAt === null ? null : `${format.date(lastUsedAt)}, ${format.time(lastUsedAt)}`
  return (
    <Row
      name={<bdi>{name}</bdi>}
      tag={<Trans>Passkey</Trans>}
      text={
        used === null ? (
          <Trans>Added on {added}, not used yet</Trans>
        ) : (
          <Trans>
            Added on {added}, last used on {used}
          </Trans>
        )
      }
    >
      <div className="flex flex-wrap gap-2">
        <Button aria-label={t`Rename passkey: ${name}`} onClick={() => onAct({ is: 'renamePasskey', passkey })}>
          <Trans>Rename</Trans>
        </Button>
        <Button aria-label={t`Remove passkey: ${name}`} onClick={() => onAct({ is: 'removePasskey', passkey })}>
          <Trans>Remove</Trans>
        </Button>
      </div>
    </Row>
  )
}

type RowProps = {
  readonly name: ReactNode
  readonly tag?: ReactNode
  readonly text: ReactNode
  readonly children?: ReactNode
}

function Row({ name, tag, text, children }: RowProps) {
  return (
    <li className={rowClass}>
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 font-medium">
          <span className="min-w-0 wrap-anywhere">{name}</span>
          {tag !== undefined && tag !== false && <Tag>{tag}</Tag>}
        </span>
        <span className="text-small text-ink-2">{text}</span>
      </div>
      {children}
    </li>
  )
}

type ActDialogProps = {
  readonly act: Act
  /** There is one factor. */
  readonly isLast: boolean
  /** `codes`: new recovery codes. */
  readonly onDone: (codes?: readonly string[]) => void
  readonly onDismiss: () => void
}

function ActDialog({ act, isLast, onDone, onDismiss }: ActDialogProps) {
  const { t } = useLingui()
  const { auth } = useSession().sdk.api
  const made = useRef<readonly string[]>([])
  const consequence = isLast && (
    <>
      {' '}
      <Trans>It’s your only second step: after this, your password alone lets you in.</Trans>
    </>
  )
  switch (act.is) {
    case 'addPasskey':
      return <PasskeyDialog onDone={onDone} onDismiss={onDismiss} />
    case 'addApp':
      return <AppDialog onDone={onDone} onDismiss={onDismiss} />
    case 'showCodes':
      return <RecoveryCodesDialog codes={act.codes} onDismiss={onDismiss} />
    case 'newCodes':
      return (
        <ConfirmDialog
          title={t`Make new recovery codes?`}
          text={<Trans>Your earlier codes stop working.</Trans>}
          confirm={<Trans>New codes</Trans>}
          call={async (signal) => {
            made.current = (await auth.newRecoveryCodes.mutate({}, { signal })).recoveryCodes
          }}
          onDone={() => onDone(made.current)}
          onDismiss={onDismiss}
        />
      )
    case 'removeApp':
      return (
        <ConfirmDialog
          isDangerous
          title={t`Remove authenticator app?`}
          text={
            <>
              <Trans>Codes from your app won’t work any more.</Trans>
              {consequence}
            </>
          }
          confirm={<Trans>Remove</Trans>}
          call={(signal) => auth.removeTotp.mutate({}, { signal })}
          onDone={onDone}
          onDismiss={onDismiss}
        />
      )
    case 'renamePasskey': {
      const { id, name } = act.passkey
      return <RenameDialog passkeyId={id} presentName={name} onDone={onDone} onDismiss={onDismiss} />
    }
    case 'removePasskey':
      return (
        <ConfirmDialog
          isDangerous
          title={t`Remove passkey “${act.passkey.name}”?`}
          text={
            <>
              <Trans>You can’t sign in with it any more. Delete it on your device too.</Trans>
              {consequence}
            </>
          }
          confirm={<Trans>Remove</Trans>}
          call={(signal) => auth.removePasskey.mutate({ passkeyId: act.passkey.id }, { signal })}
          onDone={onDone}
          onDismiss={onDismiss}
        />
      )
  }
}
