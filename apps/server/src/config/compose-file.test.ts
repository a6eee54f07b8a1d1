import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { refusal } from './testing/refusal.ts'

const compose = readFileSync(join(import.meta.dirname, '../../../../docker-compose.yml'), 'utf8')

/** Returns the settings that docker-compose.yml passes to its servers when the shell has these variables. */
function composeEnvironment(shell: Record<string, string>): Record<string, string> {
  const block = /^x-settings:[\s\S]*?(?=^\S(?!-settings))/m.exec(compose)?.[0] ?? ''
  const settings = [...block.matchAll(/^ {2}([A-Z_]+): "?(.*?)"?$/gm)].map(([, name = '', text = '']) => {
    return [name, filled(text, shell)]
  })
  return { ...Object.fromEntries(settings), ROLE: 'api' }
}

function filled(text: string, shell: Record<string, string>): string {
  return text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, key: string, otherwise: string) => shell[key] || otherwise)
}

test('[OPS-6] the servers of docker-compose.yml start with AUTH_MODE=open only while published on loopback', () => {
  const loopback = [{}, { PUBLISH_ADDRESS: '' }, { PUBLISH_ADDRESS: '127.0.0.1' }, { PUBLISH_ADDRESS: '[::1]' }]
  for (const shell of loopback) {
    expect(parseConfig(composeEnvironment(shell))).toMatchObject({
      authMode: 'open',
      host: '0.0.0.0',
      trustProxy: true,
    })
  }
  const others = [{ PUBLISH_ADDRESS: '0.0.0.0' }, { PUBLISH_ADDRESS: '192.168.1.2' }, { PUBLIC_URL: 'http://chat.lan' }]
  for (const shell of others) {
    expect(refusal(composeEnvironment(shell))).toContain('lets other machines in')
    const secure = {
      ...shell,
      AUTH_MODE: 'secure',
      PUBLIC_URL: 'https://chat.example.com',
      POSTGRES_PASSWORD: 'own',
    }
    expect(parseConfig(composeEnvironment(secure)).authMode).toBe('secure')
  }
})

test('[OPS-6] docker-compose.yml does not allow an open sign-in of its own accord', () => {
  expect(composeEnvironment({})['ALLOW_OPEN_AUTH']).toBe('no')
})

test('[OPS-7] published beyond loopback, the servers refuse the default password of the database', () => {
  const secure = { AUTH_MODE: 'secure', PUBLIC_URL: 'https://chat.example.com' }
  for (const PUBLISH_ADDRESS of ['0.0.0.0', '::', '192.168.1.2']) {
    expect(refusal(composeEnvironment({ ...secure, PUBLISH_ADDRESS }))).toBe(
      `PUBLISH_ADDRESS=${PUBLISH_ADDRESS} lets other machines in, and everybody knows the password of the database: ` +
        'leave it out, or set POSTGRES_PASSWORD',
    )
    const own = { ...secure, PUBLISH_ADDRESS, POSTGRES_PASSWORD: 'own' }
    expect(parseConfig(composeEnvironment(own)).databaseUrl).toBe('postgresql://deskbell:own@postgres:5432/deskbell')
  }
})

test('[OPS-7] the database and the servers get one password, and the role of the servers is not that of the image', () => {
  const postgres = /^ {2}postgres:[\s\S]*?(?=^ {2}\w)/m.exec(compose)?.[0] ?? ''
  const password = filled(/POSTGRES_PASSWORD: (.*)/.exec(postgres)?.[1] ?? '', {})
  const url = new URL(composeEnvironment({})['DATABASE_URL'] ?? '')
  expect([url.username, url.password]).toEqual(['deskbell', password])
  // The image makes the role of POSTGRES_USER a superuser.
  expect(postgres).not.toContain('POSTGRES_USER')
  expect(postgres).toContain('./docker-postgres.sql:/docker-entrypoint-initdb.d/')
  expect([...postgres.matchAll(/^ {6}- "?(.*):5432"?$/gm)].map(([, at]) => at)).toEqual(['127.0.0.1:5433'])
})

test('[HTTP-26] whatever believes X-Forwarded-For in docker-compose.yml is reached through nginx only', () => {
  const published = [...compose.matchAll(/^ {2}(\w+):\n([\s\S]*?)(?=^ {0,2}\w|(?![\s\S]))/gm)].filter(([, , service]) =>
    service?.includes('    ports:'),
  )
  expect(composeEnvironment({})['TRUST_PROXY']).toBe('yes')
  expect(published.map(([, name]) => name)).toEqual(['postgres', 'nginx'])
})
