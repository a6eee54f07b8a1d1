import { expect, test } from 'vitest'
import { canonicalPage } from './canonical-page.ts'

test.each([
  ['/login/', '/login'],
  ['/Login', '/login'],
  ['/LOGIN-Operator//', '/login-operator'],
  ['//login?next=/chats/2/', '/login?next=/chats/2/'],
  ['/login/?x=A%2F#', '/login?x=A%2F#'],
  ['/chats/2/', '/chats/2'],
  ['/Chats/2/?chat=5&chat=%20', '/chats/2?chat=5&chat=%20'],
  ['//chats///2', '/chats/2'],
  ['/%6Cogin', '/login'],
  ['//', '/'],
  ['///?x', '/?x'],
  ['/Setup/', '/setup'],
  ['/INVITATION', '/invitation'],
  ['/settings/Keys/', '/settings/keys'],
])('[HTTP-15] the canonical URL of %s is %s', (url, canonical) => {
  expect(canonicalPage(url)).toBe(canonical)
})

test.each([
  '/',
  '/login',
  '/login?x=/',
  '/chats/2',
  '/chats',
  '/chats/',
  '/chats/2/3',
  '/settings/keys/3',
  '/nope/',
  '//evil.test/',
  '//evil.test/login',
  '/\\evil.test/',
  '/%5Cevil.test/',
  '/%2F%2Fevil.test',
  '/http://evil.test/login',
  '/chats/..%2f..//',
  '/chats/%0d%0ax:y/',
  '/login/%zz',
  '/login;/',
  '',
])('[HTTP-15] %s has no other canonical URL', (url) => expect(canonicalPage(url)).toBeNull())
