import type { UserId } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import { type Known, routeOf } from './route.ts'

const roleOf = (userId: string) => (userId === '12' ? 'operator' : userId === '11' ? 'client' : null)
const nobody: Known = { hints: {}, lastRole: null, roleOf, isSecure: false, only: undefined }
const both: Known = {
  hints: { client: 7 as UserId, operator: 9 as UserId },
  lastRole: 'client',
  roleOf,
  isSecure: false,
  only: undefined,
}

function route(pathname: string, search = '') {
  return routeOf({ pathname, search }, both)
}

describe('routeOf', () => {
  test.each([
    ['/', 'home'],
    ['/login', 'clientLogin'],
    ['/login/', 'clientLogin'],
    ['/Login-Operator', 'operatorLogin'],
    ['/nowhere', 'notFound'],
    ['/chats', 'notFound'],
    ['/chats/', 'notFound'],
    ['/chats/7/more', 'notFound'],
    ['//chats/7', 'notFound'],
  ])('[WEB-2] %s shows %s', (pathname, page) => {
    expect(route(pathname)).toMatchObject({ page })
  })

  test('[WEB-103] [WEB-105] links of accounts and settings are pages in secure mode only', () => {
    const secure: Known = { ...both, isSecure: true }
    const inSecure = (pathname: string, known = secure) => routeOf({ pathname, search: '' }, known)
    expect(inSecure('/setup')).toEqual({ page: 'accountLink', link: 'setup' })
    expect(inSecure('/reset')).toEqual({ page: 'accountLink', link: 'reset' })
    expect(inSecure('/Invitation/')).toEqual({ page: 'accountLink', link: 'invitation' })
    expect(inSecure('/login')).toMatchObject({ page: 'guestSignIn' })
    expect(inSecure('/login-operator')).toMatchObject({ page: 'operatorSignIn' })
    expect(inSecure('/settings')).toEqual({ page: 'elsewhere', to: '/settings/account' })
    expect(inSecure('/settings/keys')).toMatchObject({ page: 'settings', section: 'keys', hint: { role: 'operator' } })
    expect(inSecure('/settings/nothing')).toEqual({ page: 'notFound' })
    expect(inSecure('/settings/keys', { ...nobody, isSecure: true })).toEqual({
      page: 'elsewhere',
      to: '/login-operator',
    })
    for (const path of ['/setup', '/invitation', '/reset', '/settings', '/settings/keys'])
      expect(route(path), path).toEqual({ page: 'notFound' })
  })

  test('[WEB-2] the page of the signed-in user shows what its search names', () => {
    expect(route('/chats/9', '?chat=3')).toEqual({
      page: 'chats',
      hint: { role: 'operator', userId: 9 },
      search: { chat: 3 },
    })
    expect(route('/chats/7/')).toMatchObject({ page: 'chats', hint: { role: 'client', userId: 7 } })
  })

  test('[WEB-2] the page of another user leads to the own one, or without a session to the sign-in page', () => {
    expect(route('/chats/8', '?chat=3')).toEqual({ page: 'elsewhere', to: '/chats/7?chat=3' })
    expect(route('/chats/%E0%A4')).toEqual({ page: 'elsewhere', to: '/chats/7' })
    expect(routeOf({ pathname: '/chats/8', search: '' }, nobody)).toEqual({ page: 'elsewhere', to: '/login' })
  })

  test.each([
    ['12', '', '/login-operator'],
    ['12', '?chat=new&list=true', '/login-operator?chat=new&list=true'],
    ['11', '?chat=3', '/login?chat=3'],
    ['8', '?chat=3', '/login-operator?chat=3'],
    ['8', '?chat=new', '/login?chat=new'],
    ['//evil.example', '?chat=//evil.example&to=//evil.example', undefined],
    ['8', '?chat=//evil.example&to=https://evil.example', '/login'],
  ])('[WEB-52] without a session a link to /chats/%s%s leads to %s', (userId, search, to) => {
    const found = routeOf({ pathname: `/chats/${userId}`, search }, nobody)
    expect(found).toEqual(to === undefined ? { page: 'notFound' } : { page: 'elsewhere', to })
  })

  test('[WEB-52] a sign-in page keeps what to show afterwards, and ignores the rest of its address', () => {
    expect(route('/login-operator', '?chat=3&to=//evil.example')).toEqual({
      page: 'operatorLogin',
      search: { chat: 3 },
    })
    expect(route('/login')).toEqual({ page: 'clientLogin', search: {} })
  })
})

test('[WEB-130] where one role has the origin for itself, who is not signed in gets the sign-in of this role', () => {
  const at = (pathname: string, only: 'client' | 'operator') => routeOf({ pathname, search: '' }, { ...nobody, only })
  expect(at('/chats/7', 'operator')).toEqual({ page: 'elsewhere', to: '/login-operator' })
  expect(at('/chats/7', 'client')).toEqual({ page: 'elsewhere', to: '/login' })
})
