import { expect, test } from 'vitest'
import { parseConfig } from '../config/config.ts'
import { startLine } from './start-line.ts'

test('[RUN-1] the start message says where the server listens, who may sign in and where the data is', () => {
  expect(startLine(parseConfig({}))).toBe(
    'Deskbell is ready on http://localhost:8080 · AUTH_MODE=open: anybody can sign in · data in .deskbell',
  )
})

test('[RUN-1] the start message does not contain the password of an outside database', () => {
  const config = parseConfig({ ROLE: 'live', DATABASE_URL: 'postgres://user:hunter2@db:5432/chat', BUS: 'postgres' })
  expect(startLine(config)).toBe(
    'Deskbell (live) is ready on ws://localhost:8080 · AUTH_MODE=open: anybody can sign in · data in db:5432/chat',
  )
})
