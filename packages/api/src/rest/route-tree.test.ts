import { describe, expect, it } from 'vitest'
import { createRouteTree, findRoute } from './route-tree.ts'

const tree = createRouteTree([
  ['/chats', 'list'],
  ['/chats/{id}', 'get'],
  ['/chats/{id}/close', 'close'],
  ['/chats/{id}/messages/{messageId}/edit', 'edit'],
  ['/users/me', 'me'],
] as const)

describe('findRoute', () => {
  it.each([
    ['/chats', { value: 'list', parameters: [] }],
    ['/chats/7', { value: 'get', parameters: ['7'] }],
    ['/chats/7/close', { value: 'close', parameters: ['7'] }],
    ['/chats/7/messages/90/edit', { value: 'edit', parameters: ['7', '90'] }],
    ['/chats/a%2Fb', { value: 'get', parameters: ['a%2Fb'] }],
    ['/users/me', { value: 'me', parameters: [] }],
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
    '/chats/7/messages//edit',
    '/chats/7/messages/90',
    '/users',
    '/users/7',
    '//chats',
    '/Chats',
  ])('[REST-4] finds no route for %j', (path) => {
    expect(findRoute(tree, path)).toBeNull()
  })
})
