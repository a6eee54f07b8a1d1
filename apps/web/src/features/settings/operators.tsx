import type { AppRouter } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterOutputs } from '@trpc/server'
import { useState } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { useFormat } from '../../components/use-format.ts'
import { useSession } from '../../lib/session.ts'
import { trpc } from '../../lib/trpc.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { ConfirmDialog, EmptyState, ListState, listClass, rowClass, Section, Tag } from './section.tsx'

type Operator = inferRouterOutputs<AppRouter>['operators']['list']['items'][number]

/** All operators. Admins invite them, and say what they may do. */
export function Operators() {
  const { t } = useLingui()
  const { user } = useSession()
  const isAdmin = user.access === 'admin'
  const query = trpc.operators.list.useQuery(undefined, { staleTime: 0 })
  const [isInviting, setInviting] = useState(false)
  const operators = query.data?.items ?? []
  const isAlone = query.data !== undefined && operators.length === 1
  return (
    <Section
      title={t`Operators`}
      text={
        isAdmin ? (
          <Trans>Operators answer chats. Admins can also manage operators, API keys and see the audit log.</Trans>
        ) : (
          <Trans>Everyone who answers chats here. Admins can invite more.</Trans>
        )
      }
      action={
        isAdmin && (
          <Button look="primary" onClick={() => setInviting(true)}>
            <Trans>Invite operator</Trans>
          </Button>
        )
      }
    >
      <ListState query={query} />
      {operators.length > 0 && (
        <ul className={listClass}>
          {operators.map((operator) => (
            <OperatorRow
              key={operator.id}
              operator={operator}
              isOwn={operator.id === user.id}
              isAdmin={isAdmin}
              onChanged={() => void query.refetch()}
            />
          ))}
        </ul>
      )}
      {isAlone && isAdmin && (
        <EmptyState>
          <Trans>You’re the only operator. Invite a colleague to share the chats.</Trans>
        </EmptyState>
      )}
      {isInviting && <InviteDialog onDismiss={() => setInviting(false)} />}
    </Section>
  )
}

type OperatorRowProps = {
  readonly operator: Operator
  readonly isOwn: boolean
  /** Of who looks at the list. */
  readonly isAdmin: boolean
  readonly onChanged: () => void
}

type Act = 'disable' | 'enable' | 'admin' | 'operator'

function OperatorRow({ operator, isOwn, isAdmin, onChanged }: OperatorRowProps) {
  const { t } = useLingui()
  const format = useFormat()
  const [act, setAct] = useState<Act | null>(null)
  const { name, disabled, access, lastSeenAt } = operator
  const seen = lastSeenAt === null ? null : `${format.date(lastSeenAt)}, ${format.time(lastSeenAt)}`
  const otherAccess = access === 'admin' ? 'operator' : 'admin'
  return (
    <li className={rowClass}>
      <Avatar id={operator.id} name={name} size="row" />
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-x-2 font-medium">
          <bdi className="min-w-0 wrap-anywhere">{name}</bdi>
          {isOwn && (
            <span className="font-normal text-ink-2">
              <Trans>(you)</Trans>
            </span>
          )}
          <Tag>{access === 'admin' ? <Trans>Admin</Trans> : <Trans>Operator</Trans>}</Tag>
          {disabled && (
            <Tag>
              <Trans>Disabled</Trans>
            </Tag>
          )}
        </span>
        {operator.email !== null && <bdi className="min-w-0 truncate text-small text-ink-2">{operator.email}</bdi>}
        <span className="text-small text-ink-2">
          {seen === null ? <Trans>Never connected</Trans> : <Trans>Last connected on {seen}</Trans>}
        </span>
      </div>
      {isAdmin && (
        <div className="flex flex-wrap gap-2 max-md:basis-full">
          {!disabled && (
            <Button
              aria-label={access === 'admin' ? t`Make operator: ${name}` : t`Make admin: ${name}`}
              onClick={() => setAct(otherAccess)}
            >
              {access === 'admin' ? <Trans>Make operator</Trans> : <Trans>Make admin</Trans>}
            </Button>
          )}
          {isOwn || disabled ? null : (
            <Button look="danger" aria-label={t`Disable: ${name}`} onClick={() => setAct('disable')}>
              <Trans>Disable</Trans>
            </Button>
          )}
          {disabled && (
            <Button aria-label={t`Enable: ${name}`} onClick={() => setAct('enable')}>
              <Trans>Enable</Trans>
            </Button>
          )}
        </div>
      )}
      {act !== null && (
        <ActDialog
          act={act}
          operator={operator}
          isOwn={isOwn}
          onDone={() => {
            setAct(null)
            onChanged()
          }}
          onDismiss={() => setAct(null)}
        />
      )}
    </li>
  )
}

type ActDialogProps = {
  readonly act: Act
  readonly operator: Operator
  readonly isOwn: boolean
  readonly onDone: () => void
  readonly onDismiss: () => void
}

function ActDialog({ act, operator: { id: operatorId, name }, isOwn, onDone, onDismiss }: ActDialogProps) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const { operators } = sdk.api
  const ended = { onDone, onDismiss }
  if (act === 'disable')
    return (
      <ConfirmDialog
        {...ended}
        isDangerous
        title={t`Disable ${name}?`}
        text={
          <Trans>
            They’ll be signed out everywhere at once, and their open chats return to the queue. You can enable them
            again.
          </Trans>
        }
        confirm={<Trans>Disable</Trans>}
        call={(signal) => operators.disable.mutate({ operatorId }, { signal })}
      />
    )
  if (act === 'enable')
    return (
      <ConfirmDialog
        {...ended}
        title={t`Enable ${name}?`}
        text={<Trans>They can sign in again with their password.</Trans>}
        confirm={<Trans>Enable</Trans>}
        call={(signal) => operators.enable.mutate({ operatorId }, { signal })}
      />
    )
  return (
    <ConfirmDialog
      {...ended}
      title={act === 'admin' ? t`Make ${name} an admin?` : t`Make ${name} an operator?`}
      text={
        act === 'admin' ? (
          <Trans>
            Admins can invite, disable and promote operators, make API keys and read the audit log. They’ll have to sign
            in again.
          </Trans>
        ) : isOwn ? (
          <Trans>You’ll still answer chats, but no longer manage anything. You’ll have to sign in again.</Trans>
        ) : (
          <Trans>They’ll still answer chats, but no longer manage anything. They’ll have to sign in again.</Trans>
        )
      }
      confirm={act === 'admin' ? <Trans>Make admin</Trans> : <Trans>Make operator</Trans>}
      call={(signal) => operators.setAccess.mutate({ operatorId, access: act }, { signal })}
    />
  )
}
