import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { buttonClass } from '../../components/button.tsx'
import { presentSeats } from '../seat.ts'
import { PublicLayout } from './public-layout.tsx'

/** Two clear ways in; who is signed in goes on where they were. */
export function HomePage() {
  const seats = presentSeats()
  return (
    <PublicLayout>
      <div className="my-auto grid gap-10 py-10">
        <div className="grid max-w-[40rem] gap-3">
          <h1 className="text-display font-semibold tracking-[-0.01em] text-balance max-md:text-h1">
            <Trans>Ring the bell. Someone answers.</Trans>
          </h1>
          <p className="text-read text-ink-2">
            <Trans>Self-hosted live chat for support teams. Every message arrives, exactly once.</Trans>
          </p>
        </div>
        <div className="grid gap-4 md:grid-cols-2">
          <Way
            title={<Trans>I have a question</Trans>}
            text={<Trans>Message us. We’ll reply here and keep the chat.</Trans>}
          >
            <Continue userId={seats.client}>
              <Trans>Open my chat</Trans>
            </Continue>
            <AppLink to="/login" className={buttonClass(seats.client === undefined ? 'primary' : 'plain', true)}>
              <Trans>Login as Client</Trans>
            </AppLink>
          </Way>
          <Way
            title={<Trans>I answer questions</Trans>}
            text={<Trans>All chats in one inbox. Open one to take it.</Trans>}
          >
            <Continue userId={seats.operator}>
              <Trans>Go to inbox</Trans>
            </Continue>
            <AppLink
              to="/login-operator"
              className={buttonClass(seats.operator === undefined ? 'primary' : 'plain', true)}
            >
              <Trans>Login as Operator</Trans>
            </AppLink>
          </Way>
        </div>
      </div>
    </PublicLayout>
  )
}

function Way({ title, text, children }: { title: ReactNode; text: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 rounded-card border border-line bg-surface p-6 shadow-card">
      <h2 className="text-h2 font-semibold">{title}</h2>
      <p className="text-body text-ink-2">{text}</p>
      <div className="mt-auto flex flex-wrap gap-2 pt-4">{children}</div>
    </section>
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
