import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const secret = String.raw`\b\w*(?:hash|token|signature|secret|digest|hmac|password)`
/** Of two secrets. One that is compared with a word of the source is none. */
const word = String.raw`(?:undefined|null|['"\d])`
const equals = String.raw`\s*(?:[!=]==|[!=]=(?!=))`
const comparison = new RegExp(String.raw`${secret}${equals}(?!\s*${word})|[\w)\]]${equals}\s*[\w.?]*${secret}\b`, 'i')

/** None decides who somebody is: a repeated message, a cookie that was sent twice, a password that was replaced meanwhile. */
const allowed = new Set([
  'const same = first.chatId === send.chat.id && first.bodyHash === item.bodyHash',
  'found.set(role, found.has(role) && found.get(role) !== token ? ambiguous : token)',
  "if (account?.passwordHash !== passwordHash || account.disabledAt !== null) throw new AppError('invalid_credentials')",
])

const finds = (line: string) => comparison.test(line) && !allowed.has(line.trim())

test('[TEST-6] N05: no secret is compared a letter at a time, so that the time says nothing of it', () => {
  const sources = globSync(['packages/*/src/**/*.ts', 'apps/server/src/**/*.ts'], { cwd: root })
  const files = sources.filter((file) => !file.endsWith('.test.ts') && !file.startsWith('packages/testkit/'))
  expect(files.length).toBeGreaterThan(300)
  const lines = files.flatMap((file) => readFileSync(join(root, file), 'utf8').split('\n').filter(finds))
  expect(lines).toEqual([])
})

test.each(['if (tokenHash === row.tokenHash) return', 'return given !== secret', 'x.signature == y.signature'])(
  '[TEST-6] %s is found',
  (line) => expect(finds(line)).toBe(true),
)
