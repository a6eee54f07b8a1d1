import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { refusal } from './testing/refusal.ts'

/** Returns the settings that docker-compose.yml passes to its servers when the shell has these variables. */
function composeEnvironment(shell: Record<string, string>): Record<string, string> {
  const compose = readFileSync(join(import.meta.dirname, '../../../../docker-compose.yml'), 'utf8')
  const block = /^x-settings:[\s\S]*?(?=^\S(?!-settings))/m.exec(compose)?.[0] ?? ''
  const settings = [...block.matchAll(/^ {2}([A-Z_]+): "?(.*?)"?$/gm)].map(([, name = '', text = '']) => {
    const filled = text.replace(/\$\{(\w+):-([^}]*)\}/g, (_, key: string, otherwise: string) => shell[key] || otherwise)
    return [name, filled]
  })
  return { ...Object.fromEntries(settings), ROLE: 'api' }
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
    const secure = { ...shell, AUTH_MODE: 'secure', PUBLIC_URL: 'https://chat.example.com' }
    expect(parseConfig(composeEnvironment(secure)).authMode).toBe('secure')
  }
})

test('[OPS-6] docker-compose.yml does not allow an open sign-in of its own accord', () => {
  expect(composeEnvironment({})['ALLOW_OPEN_AUTH']).toBe('no')
})
