import type { Chat } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { createContext, memo, useContext } from 'react'
import { Avatar } from '../../../components/avatar.tsx'
import { Icon, type IconName } from '../../../components/icon.tsx'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { useRichText } from '../../../components/rich-text/use-rich-text.ts'
import { useFormat } from '../../../components/use-format.ts'
import { withCatalogs } from '../../../lib/i18n.ts'
import { ownMessage } from '../composer/use-editing.ts'
import type { MessageItem, MessageState } from '../message-list/timeline-items.ts'
import { Attachments } from './attachments.tsx'
import { CopyButton, type EditHandlers, MessageMore } from './message-actions.tsx'
import type { PendingActionsProps, PendingHandlers } from './pending-actions.ts'

/** The files of a message that is not in the log yet. */
const PendingFiles = lazyPart<PendingActionsProps>(
  async () => (await withCatalogs(['parts'], () => import('../lazy/pending-files.tsx'))).PendingFiles,
)

/** Shows why a message is not sent by itself, and what can be done with its text. */
const PendingActions = lazyPart<PendingActionsProps>(
  async () => (await withCatalogs(['parts'], () => import('../lazy/pending-buttons.tsx'))).PendingButtons,
)

type BubbleProps = {
  readonly item: MessageItem
  /** Messages of the viewer's own side are at the end of the line; for an operator also those of other operators. */
  readonly ourSide: boolean
  readonly handlers: PendingHandlers
  readonly editHandlers: EditHandlers | null
}

/** The row of the shown chat. */
export const ChatContext = createContext<Pick<Chat, 'client' | 'operator'> | null>(null)

/** One message. The heading is for users who navigate the message list by headings. */
export function MessageBubble({ item, ourSide, handlers, editHandlers }: BubbleProps) {
  const { author, own, pending } = item
  return (
    <article
      data-key={item.key}
      data-seq={item.seq ?? undefined}
      data-state={item.state ?? undefined}
      className={`group flex gap-2 contain-content ${ourSide ? 'flex-row-reverse' : ''} ${item.startsGroup ? 'pt-3' : 'pt-0.5'} ${pending === null ? '' : 'animate-enter'}`}
    >
      {!ourSide && <div className="w-7 shrink-0 self-end">{item.endsGroup && <AuthorAvatar author={author} />}</div>}
      <div className={`flex max-w-[min(82%,34rem)] min-w-0 flex-col ${ourSide ? 'items-end' : 'items-start'}`}>
        <Heading item={item} />
        {/* The actions follow the text, for screen reader users. */}
        <div className={`flex max-w-full items-center gap-1 ${ourSide ? 'flex-row-reverse' : ''}`}>
          <div className={`min-w-0 rounded-bubble px-3 py-2 forced-frame ${bubbleLook(item, ourSide)}`}>
            {item.retracted ? (
              <p className="text-ink-3">
                <Trans>Message deleted</Trans>
              </p>
            ) : (
              <div className="flex flex-col gap-1.5">
                {item.attachments.length > 0 && <Attachments attachments={item.attachments} />}
                {pending?.files !== undefined && <PendingFiles pending={pending} handlers={handlers} />}
                {item.text !== '' && <MessageText text={item.text} />}
              </div>
            )}
          </div>
          <Side item={item} editHandlers={ourSide ? editHandlers : null} />
        </div>
        {hasMeta(item) && <Meta item={item} named={!own} />}
        {pending !== null && (pending.state === 'failed' || pending.state === 'held') && (
          <PendingActions pending={pending} handlers={handlers} />
        )}
      </div>
    </article>
  )
}

/** An entry of the log has the picture that its author had then; the chat's row has the newest one. */
function AuthorAvatar({ author }: { author: MessageItem['author'] }) {
  const chat = useContext(ChatContext)
  const { avatarUrl } = [chat?.client, chat?.operator].find((person) => person?.id === author.id) ?? author
  return <Avatar id={author.id} name={author.name} url={avatarUrl} size="small" />
}

/** Beside the bubble: the actions, and the state where no line below shows it. */
function Side({ item, editHandlers }: Pick<BubbleProps, 'item' | 'editHandlers'>) {
  const own = ownMessage(item)
  return (
    <>
      {item.text !== '' && <CopyButton text={item.text} />}
      {own !== null && editHandlers !== null && <MessageMore message={own} handlers={editHandlers} />}
      {item.state !== null && !hasMeta(item) && (
        <span className="self-end text-ink-3">
          <MessageStatus state={item.state} statusDisplay={item.statusDisplay} />
        </span>
      )}
    </>
  )
}

function hasMeta({ endsGroup, edited, statusDisplay }: MessageItem): boolean {
  return endsGroup || edited || statusDisplay === 'text'
}

function Meta({ item, named }: { item: MessageItem; named: boolean }) {
  const format = useFormat()
  return (
    <p className="mt-0.5 flex min-w-0 max-w-full items-center gap-1 px-1 text-meta text-ink-3">
      {named && item.author.name !== '' && (
        <>
          <bdi aria-hidden="true" title={item.author.name} className="min-w-0 truncate">
            {item.author.name}
          </bdi>
          <span aria-hidden="true">·</span>
        </>
      )}
      {item.edited && (
        <span>
          <Trans>edited</Trans>
        </span>
      )}
      <time dateTime={item.at} title={format.moment(item.at)}>
        {format.time(item.at)}
      </time>
      {item.state !== null && <MessageStatus state={item.state} statusDisplay={item.statusDisplay} />}
    </p>
  )
}

function Heading({ item }: { item: MessageItem }) {
  const { t } = useLingui()
  const format = useFormat()
  return (
    <h3 className="sr-only">
      <bdi>{item.own ? t`You` : item.author.name}</bdi>
      <span>, {format.time(item.at)}</span>
    </h3>
  )
}

function bubbleLook(item: MessageItem, ourSide: boolean): string {
  const tail = item.endsGroup ? (ourSide ? 'rounded-ee-tail' : 'rounded-es-tail') : ''
  if (item.state === 'failed') return `border border-transparent bg-danger-soft text-ink ${tail}`
  if (ourSide) return `border border-transparent bg-accent-soft text-ink ${tail}`
  return `border border-line bg-raised text-ink ${tail}`
}

/**
 * The text that a user wrote. Line breaks stay, links are links, light markup becomes elements, and nothing becomes
 * HTML. The key makes a changed text a new element: a browser that translates pages has put its own into the old one.
 */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  const rich = useRichText(text)
  if (rich?.isEmojiOnly(text)) {
    return (
      <p key={text} dir="auto" className="text-[2.25rem] leading-tight">
        {text}
      </p>
    )
  }
  if (rich !== null) return <rich.RichText key={text} text={text} />
  return (
    <p key={text} dir="auto" className="message-lines">
      {text}
    </p>
  )
})

const icons: Record<MessageState, IconName> = {
  uploading: 'clock',
  queued: 'clock',
  sending: 'clock',
  unconfirmed: 'clock',
  held: 'pause',
  failed: 'alert',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
}

/** The delivery state of an own message: an icon, and a text as its title and for screen readers. */
export function MessageStatus({ state, statusDisplay }: { state: MessageState } & Pick<MessageItem, 'statusDisplay'>) {
  const text = useStateTexts()[state]
  const asText = statusDisplay === 'text'
  return (
    <span
      className={statusDisplay === 'none' ? 'sr-only' : `inline-flex items-center gap-1 ${looks[state] ?? ''}`}
      title={asText ? undefined : text}
    >
      <Icon name={icons[state]} size={14} strong={state === 'read'} />
      <span className={asText ? '' : 'sr-only'}>{text}</span>
    </span>
  )
}

function useStateTexts(): Record<MessageState, string> {
  const { t } = useLingui()
  return {
    uploading: t`Uploading`,
    queued: t`Waiting for network`,
    sending: t`Sending`,
    unconfirmed: t`Still sending…`,
    held: t`Needs your decision`,
    failed: t`Not sent`,
    sent: t`Sent`,
    delivered: t`Delivered`,
    read: t`Read`,
  }
}

const looks: Partial<Record<MessageState, string>> = {
  failed: 'font-medium text-danger-text',
  held: 'font-medium text-warn-text',
  read: 'text-accent-text',
}
