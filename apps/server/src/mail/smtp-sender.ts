import type { SendMail } from '@deskbell/core/mail-queue'
import { createTransport } from 'nodemailer'
import { isLoopback } from '../config/addresses.ts'

const timeoutMs = 10_000

/**
 * Hands mails over by SMTP. Links in them let somebody in, so the connection must be encrypted, with a certificate that is
 * valid, unless the mail server is on this machine.
 */
export function smtpSender({ url, from }: { url: string; from: string }): SendMail {
  const { protocol, hostname, port, username, password } = new URL(url)
  const isLocal = isLoopback(hostname)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !isLocal,
    ignoreTLS: !secure && isLocal,
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A mail is text of our own: no part of it names a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async ({ to, subject, text }) => {
    // Objects, because a text would be read as a list of addresses.
    await transport.sendMail({ from: { name: '', address: from }, to: { name: '', address: to }, subject, text })
  }
}
