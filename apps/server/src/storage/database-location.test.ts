import { expect, test } from 'vitest'
import { databaseLocation } from './database-location.ts'

test.for([
  ['postgres://user:p@ss@db.example:5432/chat?sslmode=require', 'db.example:5432/chat'],
  ['postgresql://db/chat', 'db/chat'],
  ['postgresql://user@/chat?host=/run/postgresql', 'a local socket/chat'],
])('%s is shown without user and password', ([url = '', place]) => {
  expect(databaseLocation(url)).toBe(place)
})

test.for([
  'postgres://user:12/hunter2@db.example/chat',
  'postgres://user:12?hunter2@db.example/chat',
  'postgres://user:12#hunter2@db.example/chat',
  'postgresql:///chat?user=a@b&password=hunter2',
  'postgresql://db/chat?password=hunter2',
  'postgresql://user:hunter2',
  'postgresql://user:p@ss/hunter2@db/chat',
])('[RUN-30] no part of the password is shown of %s', (url) => {
  expect(databaseLocation(url)).not.toContain('hunter2')
})
