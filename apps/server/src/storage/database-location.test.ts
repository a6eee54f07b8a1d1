import { expect, test } from 'vitest'
import { databaseLocation } from './database-location.ts'

test.for([
  ['postgres://user:p@ss@db.example:5432/chat?sslmode=require', 'db.example:5432/chat'],
  ['postgresql://db/chat', 'db/chat'],
  ['postgresql://user@/chat?host=/run/postgresql', 'a local socket/chat'],
])('%s is shown without user and password', ([url = '', place]) => {
  expect(databaseLocation(url)).toBe(place)
})
