import type { UserId } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import { type Known, routeOf } from './route.ts'

const nobody = { hints: {}, lastRole: null }
const both: Known = { hints: { client: 7 as UserId, operator: 9 as UserId }, lastRole: 'client' }

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
    expect(route(pathname)).toEqual({ page })
  })

  test('[WEB-2] an own page is shown with what its search asks for', () => {
    expect(route('/chats/9', '?chat=3')).toEqual({
      page: 'chats',
      seat: { role: 'operator', userId: 9 },
      search: { chat: 3 },
    })
    expect(route('/chats/7/')).toMatchObject({ page: 'chats', seat: { role: 'client', userId: 7 } })
  })

  test('[WEB-2] the page of somebody else leads to the own one, and nobody signed in to the sign-in page', () => {
    expect(route('/chats/8', '?chat=3')).toEqual({ page: 'elsewhere', to: '/chats/7' })
    expect(route('/chats/%E0%A4')).toEqual({ page: 'elsewhere', to: '/chats/7' })
    expect(routeOf({ pathname: '/chats/8', search: '' }, nobody)).toEqual({ page: 'elsewhere', to: '/login' })
  })
})
