import { expect, test, vi } from 'vitest'
import { isFiltering, noFilter, toAuditFilter } from './audit-filter.ts'

test('[WEB-122] the days of a filter are those of the reader, also where one has 23 or 25 hours', () => {
  vi.stubEnv('TZ', 'Europe/Berlin')
  try {
    expect(toAuditFilter({ ...noFilter, from: '2026-03-29', to: '2026-03-29' })).toEqual({
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
    })
    expect(toAuditFilter({ ...noFilter, from: '2026-10-25', to: '2026-10-25' })).toEqual({
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
    })
    expect(toAuditFilter({ ...noFilter, to: '2026-12-31' })).toEqual({ to: '2026-12-31T23:00:00.000Z' })
  } finally {
    vi.unstubAllEnvs()
  }
})

test('[WEB-122] what is not chosen is not asked for, nor a day that is still being typed', () => {
  expect(toAuditFilter(noFilter)).toEqual({})
  expect(isFiltering(noFilter)).toBe(false)
  const chosen = { ...noFilter, actorId: 3, action: 'keys.create' } as const
  expect(toAuditFilter(chosen)).toEqual({ actorId: 3, action: 'keys.create' })
  expect(isFiltering(chosen)).toBe(true)
  expect(toAuditFilter({ ...noFilter, from: '12026-01-01', to: '9999-12-31' })).toEqual({})
})
