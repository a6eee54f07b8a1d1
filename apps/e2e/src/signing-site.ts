import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'

const mainFile = join(fileURLToPath(new URL('../../..', import.meta.url)), 'examples/signing-site/src/main.ts')

export type SigningSite = AsyncDisposable & { readonly url: string }

export type SigningSiteOptions = { deskbellUrl: string; kid: string; secret: string; port: number }

/** Starts `examples/signing-site` as its README does. */
export async function startSigningSite({ deskbellUrl, kid, secret, port }: SigningSiteOptions): Promise<SigningSite> {
  const child = spawn(process.execPath, [mainFile], {
    env: {
      PATH: process.env['PATH'],
      DESKBELL_URL: deskbellUrl,
      DESKBELL_KID: kid,
      DESKBELL_SECRET: secret,
      PORT: `${port}`,
    },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'exit')
  await eventually(
    () => output,
    (text) => text.includes('The site is at') || child.exitCode !== null,
  )
  const [url] = /http:\S+\d/.exec(output) ?? []
  if (url === undefined) throw new Error(`The site printed no address:\n${output}`)
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
