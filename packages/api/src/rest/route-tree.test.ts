import { describe, expect, it } from 'vitest'
import { createRouteTree, findRoute } from './route-tree.ts'

const tree = createRouteTree([
  ['/chats', 'list'],
  ['/chats/{id}', 'get'],
  ['/chats/{id}/close', 'close'],
  ['/users/me', 'me'],
] as const)

describe('findRoute', () => {
  it.each([
    ['/chats', { value: 'list', id: null }],
    ['/chats/7', { value: 'get', id: '7' }],
    ['/chats/7/close', { value: 'close', id: '7' }],
    ['/chats/a%2Fb', { value: 'get', id: 'a%2Fb' }],
    ['/users/me', { value: 'me', id: null }],
  ])('[REST-1] finds %s', (path, expected) => {
    expect(findRoute(tree, path)).toEqual(expected)
  })

  it.each([
    '/',
    '',
    '/chats/',
    '/chats//close',
    '/chats/7/',
    '/chats/7/open',
    '/users',
    '/users/7',
    '//chats',
    '/Chats',
  ])('[REST-4] does not guess what %j may mean', (path) => {
    expect(findRoute(tree, path)).toBeNull()
  })
})
