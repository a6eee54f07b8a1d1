import { expect, test } from 'vitest'
import { readableLine } from './readable-line.ts'

test('a readable line has the time, the level, the message and the fields', () => {
  const line = '{"level":40,"time":"2026-01-02T03:04:05.678Z","port":8080,"err":{"message":"gone"},"msg":"Trouble"}'
  expect(readableLine(line)).toBe('03:04:05 WARN  Trouble port=8080 err=gone\n')
})

test('text that is not a log line is returned unchanged', () => {
  expect(readableLine('hello\n')).toBe('hello\n')
})
