import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Avatar } from '../../../components/avatar.tsx'
import { buttonClass } from '../../../components/button.tsx'
import { Icon, type IconName } from '../../../components/icon.tsx'
import { AppLink } from '../../../components/navigation.tsx'
import { presentSessions } from '../../routing/session-hint.ts'
import { PublicLayout } from './public-layout.tsx'

/** What the product is, how it looks, and a link for each role. A signed-in user gets a link to their page. */
export function HomePage() {
  const hints = presentSessions()
  return (
    <PublicLayout>
      <div className="my-auto grid items-center gap-x-16 gap-y-10 py-8 lg:grid-cols-[minmax(0,1fr)_23rem]">
        <div className="grid gap-8">
          <div className="grid gap-4">
            <h1 className="text-display font-semibold tracking-[-0.01em] text-balance max-md:text-h1">
              <Trans>Ring the bell. Someone answers.</Trans>
            </h1>
            <p className="max-w-[34rem] text-lead text-ink-2 max-md:text-read">
              <Trans>Self-hosted live chat for support teams. Every message arrives, exactly once.</Trans>
            </p>
          </div>
          <div className="grid gap-3 sm:grid-cols-2">
            <Way
              icon="chat"
              title={<Trans>I have a question</Trans>}
              text={<Trans>Message us. We’ll reply here and keep the chat.</Trans>}
            >
              <Continue userId={hints.client}>
                <Trans>Open my chat</Trans>
              </Continue>
              <AppLink to="/login" className={buttonClass(hints.client === undefined ? 'primary' : 'plain', true)}>
                <Trans>Login as Client</Trans>
              </AppLink>
            </Way>
            <Way
              icon="inbox"
              title={<Trans>I answer questions</Trans>}
              text={<Trans>All chats in one inbox. Open one to take it.</Trans>}
            >
              <Continue userId={hints.operator}>
                <Trans>Go to inbox</Trans>
              </Continue>
              <AppLink
                to="/login-operator"
                className={buttonClass(hints.operator === undefined ? 'primary' : 'plain', true)}
              >
                <Trans>Login as Operator</Trans>
              </AppLink>
            </Way>
          </div>
        </div>
        <SampleChat />
      </div>
    </PublicLayout>
  )
}

type WayProps = { icon: IconName; title: ReactNode; text: ReactNode; children: ReactNode }

function Way({ icon, title, text, children }: WayProps) {
  return (
    <section className="flex flex-col rounded-card border border-line bg-surface p-5 shadow-card">
      <span className="mb-4 inline-flex size-10 items-center justify-center rounded-control bg-accent-soft text-accent-text forced-frame">
        <Icon name={icon} size={20} />
      </span>
      <h2 className="text-title font-semibold">{title}</h2>
      <p className="mt-1 text-body text-ink-2">{text}</p>
      <div className="mt-auto flex flex-wrap gap-2 pt-5">{children}</div>
    </section>
  )
}

const sampleName = 'Olga Petrova'

/** A picture of a chat: nothing in it can get the focus, and screen readers skip it. */
function SampleChat() {
  return (
    <div
      aria-hidden="true"
      className="mx-auto w-full max-w-[23rem] overflow-hidden rounded-[1.25rem] border border-line bg-surface text-read shadow-menu max-lg:hidden"
    >
      <div className="flex items-center gap-3 border-b border-line bg-raised px-4 py-3">
        <Avatar id={4} name={sampleName} size="row" online />
        <span className="grid">
          <span className="font-semibold">{sampleName}</span>
          <span className="text-meta text-ink-2">
            <Trans>We’re online</Trans>
          </span>
        </span>
      </div>
      <div className="grid gap-2 px-4 pt-5 pb-4">
        <p className="ms-10 justify-self-end rounded-bubble rounded-ee-tail bg-accent-soft px-3 py-2 forced-frame">
          <Trans>Hi! My parcel says “delivered”, but nothing is here.</Trans>
        </p>
        <p className="me-10 mt-2 justify-self-start rounded-bubble border border-line bg-raised px-3 py-2">
          <Trans>Good morning! One moment, I’m looking.</Trans>
        </p>
        <p className="me-10 justify-self-start rounded-bubble rounded-es-tail border border-line bg-raised px-3 py-2">
          <Trans>It’s at the pick-up point on Main Street, around the corner from you.</Trans>
        </p>
        <p className="ms-10 mt-2 justify-self-end rounded-bubble rounded-ee-tail bg-accent-soft px-3 py-2 forced-frame">
          <Trans>Found it. Thank you!</Trans>
        </p>
        <span className="flex items-center gap-1 justify-self-end text-accent-text">
          <Icon name="checks" />
        </span>
      </div>
      <div className="flex items-center px-4 pb-4">
        <span className="flex-1 rounded-card border border-line-strong bg-raised px-3 py-2.5 text-body text-ink-3">
          <Trans>Write a message</Trans>
        </span>
      </div>
    </div>
  )
}

function Continue({ userId, children }: { userId: number | undefined; children: ReactNode }) {
  if (userId === undefined) return null
  return (
    <AppLink to={`/chats/${userId}`} className={buttonClass('primary', true)}>
      {children}
    </AppLink>
  )
}
