import { expect, test } from 'vitest'
import { logServerLine } from './postgres-log.ts'

function logged(line: string): string[] {
  const said: string[] = []
  const at = (level: string) => (_: object, message: string) => void said.push(`${level} ${message}`)
  logServerLine({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, line)
  return said
}

test('[HTTP-4] messages about the server are logged at the level of their severity', () => {
  expect(logged('PANIC:  could not write to file')).toEqual(['error PostgreSQL: could not write to file'])
  expect(logged('FATAL:  the database system is starting up')).toEqual([
    'warn PostgreSQL: the database system is starting up',
  ])
  expect(logged('WARNING:  terminating connection')).toEqual(['warn PostgreSQL: terminating connection'])
  expect(logged('LOG:  database system is ready')).toEqual(['debug PostgreSQL: database system is ready'])
})

test('[HTTP-4] errors of statements, with their details and values, are not logged', () => {
  expect(logged('ERROR:  duplicate key value violates unique constraint "x"')).toEqual([])
  expect(logged('DETAIL:  Key (text)=(a secret) already exists.')).toEqual([])
  expect(logged("STATEMENT:  insert into messages values ('a secret')")).toEqual([])
  expect(logged('\tand its second line')).toEqual([])
})
