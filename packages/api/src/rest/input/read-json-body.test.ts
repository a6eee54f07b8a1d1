import { AppError } from '@deskbell/contract/errors'
import { frameBytesMax } from '@deskbell/contract/limits'
import { describe, expect, it } from 'vitest'
import { parseJsonObject, type ReadBody, readJsonBytes } from './read-json-body.ts'

type Body = { type?: string; text?: string; headers?: Record<string, string> }

function read({ type, text = '{}', headers = {} }: Body): Promise<Uint8Array> {
  const contentType = type === undefined ? {} : { 'content-type': type }
  return readJsonBytes({
    headers: { 'content-length': String(text.length), ...contentType, ...headers },
    readBody: bodyOf(text),
  })
}

function bodyOf(text: string): ReadBody {
  const bytes = Buffer.from(text)
  return async (bytesMax) => (bytes.length > bytesMax ? null : bytes)
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.code
  }
  return 'none'
}

describe('readJsonBytes', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset="UTF-8"',
    'application/json ; x=1',
  ])('[REST-7] accepts %s', async (type) => {
    expect((await read({ type })).length).toBe(2)
  })

  it.each([
    undefined,
    'text/plain',
    'application/jsonp',
    'application/json; charset=latin1',
    'multipart/form-data; boundary=x',
  ])('[REST-7] refuses %s as unsupported_media_type', async (type) => {
    await expect(read(type === undefined ? {} : { type })).rejects.toMatchObject({ code: 'unsupported_media_type' })
  })

  it('[REST-7] refuses a compressed body', async () => {
    const headers = { 'content-encoding': 'gzip' }
    await expect(read({ type: 'application/json', headers })).rejects.toMatchObject({ code: 'unsupported_media_type' })
  })

  it('[REST-7] refuses a body that is too large, with and without Content-Length', async () => {
    const type = 'application/json'
    const text = 'x'.repeat(frameBytesMax + 1)
    await expect(read({ type, text })).rejects.toMatchObject({ code: 'too_large' })
    const chunked = readJsonBytes({
      headers: { 'content-type': type, 'transfer-encoding': 'chunked' },
      readBody: bodyOf(text),
    })
    await expect(chunked).rejects.toMatchObject({ code: 'too_large' })
  })

  it('[REST-7] accepts a body of exactly the maximum size', async () => {
    const text = 'x'.repeat(frameBytesMax)
    expect((await read({ type: 'application/json', text })).length).toBe(frameBytesMax)
  })

  it('[REST-7] returns no bytes for an empty body of any media type', async () => {
    expect((await read({ type: 'text/plain', text: '' })).length).toBe(0)
  })
})

describe('a body whose sender breaks off', () => {
  it('[REST-7] is invalid_input', async () => {
    const readBody = () => Promise.reject(new Error('aborted'))
    const headers = { 'content-type': 'application/json', 'content-length': '9' }
    await expect(readJsonBytes({ headers, readBody })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe('parseJsonObject', () => {
  const parse = (text: string) => parseJsonObject(Buffer.from(text))

  it('[REST-7] returns an empty object for an empty body', () => {
    expect(parse('')).toEqual({})
  })

  it.each(['{', '[]', 'null', '1', '"a"', ' ', '{"a":1}x', '\u0000'])(
    '[REST-7] refuses %j as invalid_input',
    (text) => {
      expect(codeOf(() => parse(text))).toBe('invalid_input')
    },
  )

  it('[REST-7] refuses bytes that are not UTF-8', () => {
    expect(codeOf(() => parseJsonObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('invalid_input')
  })

  it('[REST-5] reads the key __proto__ as a plain field', () => {
    const value = parse('{"__proto__":{"role":"operator"}}')
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
    expect('role' in value).toBe(false)
  })
})
