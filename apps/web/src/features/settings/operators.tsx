import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { useFormat } from '../../components/use-format.ts'
import { useSession } from '../../lib/session.ts'
import { readSignIn } from '../../lib/sign-in-settings.ts'
import { trpc } from '../../lib/trpc.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { type Act, ActDialog, type Operator } from './operator-act-dialog.tsx'
import { EmptyState, ListState, listClass, rowClass, Section, Tag } from './section.tsx'

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

function OperatorRow({ operator, isOwn, isAdmin, onChanged }: OperatorRowProps) {
  const { t } = useLingui()
  const format = useFormat()
  const [act, setAct] = useState<Act | null>(null)
  const { name, disabled, access, lastSeenAt } = operator
  const seen = lastSeenAt === null ? null : `${format.date(lastSeenAt)}, ${format.time(lastSeenAt)}`
  const { hasPasswords } = readSignIn()
  const otherAccess = access === 'admin' ? 'operator' : 'admin'
  return (
    <li className={rowClass}>
      <Avatar id={operator.id} name={name} url={operator.avatarUrl} size="row" />
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
        <div className="flex basis-full flex-wrap gap-2">
          {!disabled && (
            <Button
              aria-label={access === 'admin' ? t`Make operator: ${name}` : t`Make admin: ${name}`}
              onClick={() => setAct(otherAccess)}
            >
              {access === 'admin' ? <Trans>Make operator</Trans> : <Trans>Make admin</Trans>}
            </Button>
          )}
          {!isOwn && !disabled && hasPasswords && (
            <Button aria-label={t`New password link: ${name}`} onClick={() => setAct('newPassword')}>
              <Trans>New password link</Trans>
            </Button>
          )}
          {!isOwn && !disabled && (
            <Button aria-label={t`Remove second step: ${name}`} onClick={() => setAct('removeSecondStep')}>
              <Trans>Remove second step</Trans>
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
