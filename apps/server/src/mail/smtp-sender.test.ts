import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { expect, test } from 'vitest'
import { smtpSender } from './smtp-sender.ts'

type Received = { from: string; to: string[]; text: string; user: string | undefined }

async function startSmtp(
  options: SMTPServerOptions = {},
): Promise<AsyncDisposable & { port: number; mails: Received[] }> {
  const mails: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      password === 'p@ss' ? done(null, { user: username }) : done(new Error('wrong')),
    onData: (stream, session, done) => {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push({ from, to: rcptTo.map(({ address }) => address), text, user: session.user })
        done()
      })
    },
    ...options,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { port, mails, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(resolve)) }
}

const mail = { to: 'ada@example.test', subject: 'Новый пароль', text: 'Open https://chat.example.com/reset#dbl_x\n' }
const from = 'support@example.test'

test('[MAIL-1] hands a mail over, with user and password', async () => {
  await using smtp = await startSmtp()
  await smtpSender({ url: `smtp://desk%40bell:p%40ss@127.0.0.1:${smtp.port}`, from })(mail)
  const [received] = smtp.mails
  expect(received).toMatchObject({ from, to: [mail.to], user: 'desk@bell' })
  expect(received?.text).toContain('Open https://chat.example.com/reset#dbl_x')
  expect(received?.text).toContain('Subject: =?UTF-8?')
})

test('[MAIL-1] a refusal of the mail server rejects', async () => {
  await using smtp = await startSmtp()
  const send = smtpSender({ url: `smtp://user:wrong@127.0.0.1:${smtp.port}`, from })
  await expect(send(mail)).rejects.toMatchObject({ code: 'EAUTH' })
  expect(smtp.mails).toEqual([])
})

test('[MAIL-2] a mail goes to one address, and adds no header of its own', async () => {
  await using smtp = await startSmtp()
  const send = smtpSender({ url: `smtp://127.0.0.1:${smtp.port}`, from })
  for (const to of ['ada@example.test, eve@example.test', 'ada@example.test\r\nBcc: eve@example.test'])
    await send({ ...mail, to }).catch(() => undefined)
  expect(smtp.mails.flatMap((each) => each.to).filter((to) => to.startsWith('eve'))).toEqual([])
  expect(smtp.mails.filter(({ text }) => /^Bcc:/im.test(text))).toEqual([])
})

test('[MAIL-3] beyond this machine nothing is said without encryption', async () => {
  await using smtp = await startSmtp()
  // It leads to this machine, and does not look like it.
  await expect(smtpSender({ url: `smtp://0.0.0.0:${smtp.port}`, from })(mail)).rejects.toThrow()
  await expect(smtpSender({ url: `smtps://127.0.0.1:${smtp.port}`, from })(mail)).rejects.toThrow()
  expect(smtp.mails).toEqual([])
})
