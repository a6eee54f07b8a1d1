import { DataFolderError } from '@deskbell/db/embedded/data-folder/data-folder-error'
import { NewerSchemaError } from '@deskbell/db/migration/migrate'
import { expect, test } from 'vitest'
import { explainFailure } from './explain-failure.ts'

const config = { host: '127.0.0.1', port: 8080, databaseUrl: 'postgresql://deskbell:hunter2@db.example:5432/chat' }
const systemError = (code: string, syscall = 'connect') => Object.assign(new Error(code), { code, syscall })

test.for([
  [systemError('EADDRINUSE'), 'port 8080 is in use: stop the program that has it, or set PORT'],
  [systemError('EACCES', 'listen'), 'port 8080 is not allowed to this user: set PORT'],
  [systemError('ERR_INVALID_URL'), 'DATABASE_URL is no address: write special characters of its password as %XX'],
  [systemError('ECONNREFUSED'), 'the database db.example:5432/chat of DATABASE_URL cannot be reached'],
  [new DataFolderError('the folder is in use'), 'the folder is in use'],
  [new NewerSchemaError('a newer Deskbell made it'), 'a newer Deskbell made it'],
] as const)('[RUN-3] a failure that a person can fix is explained in one line: %s', ([error, line]) => {
  expect(explainFailure(error, config)).toBe(line)
})

test('[RUN-3] the explanation never contains the password of the database', () => {
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT']) {
    expect(explainFailure(systemError(code), config) ?? '').not.toContain('hunter2')
  }
})

test('an unexpected error gets no explanation', () => {
  expect(explainFailure(new TypeError('x is not a function'), config)).toBeNull()
})
