import { describe, expect, it } from 'vitest'
import { readQuery } from './read-query.ts'

const known = {
  limit: { type: 'integer' },
  status: { type: 'string' },
  flag: { type: 'boolean' },
}

describe('readQuery', () => {
  it.each([
    ['limit=20', { limit: 20 }],
    ['limit=0', { limit: 0 }],
    ['limit=-3', { limit: -3 }],
    ['flag=false', { flag: false }],
    ['flag=true', { flag: true }],
    ['status=a%20b+c', { status: 'a b c' }],
    ['status=a=b', { status: 'a=b' }],
    ['', {}],
    ['&limit=1&', { limit: 1 }],
  ])('[REST-11] reads %s', (query, fields) => {
    expect(readQuery(query, known)).toEqual({ fields, issues: [] })
  })

  it.each(['01', '1e3', '%201', '1.0', '+1', '-0', '0x1', '', 'NaN', '１'])(
    '[REST-11] leaves limit=%s as text, for the schema to refuse',
    (text) => {
      expect(typeof readQuery(`limit=${text}`, known).fields['limit']).toBe('string')
    },
  )

  it.each(['yes', '1', 'TRUE', ''])('[REST-11] leaves flag=%s as text', (text) => {
    expect(readQuery(`flag=${text}`, known).fields['flag']).toBe(text)
  })

  it.each([
    ['other=1', 'other', 'Unknown parameter'],
    ['limit=1&limit=1', 'limit', 'Repeated parameter'],
    ['limit=1&%6cimit=1', 'limit', 'Repeated parameter'],
    ['status=%ff', 'status', 'Must be percent-encoded UTF-8'],
    ['status=%zz', 'status', 'Must be percent-encoded UTF-8'],
    ['toString=1', 'toString', 'Unknown parameter'],
    ['__proto__=1', '__proto__', 'Unknown parameter'],
    ['=1', '', 'Unknown parameter'],
  ])('[REST-5] refuses %s with an issue at its name', (query, path, message) => {
    expect(readQuery(query, known).issues).toEqual([{ path, message }])
  })
})
