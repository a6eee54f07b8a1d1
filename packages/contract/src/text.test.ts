import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messageTextBytesMax } from './limits.ts'
import { callerIdSchema, emailSchema, messageTextSchema, nameSchema } from './text.ts'

const accepts = (schema: typeof messageTextSchema | typeof nameSchema, value: unknown) =>
  schema.safeParse(value).success

describe('messageTextSchema', () => {
  test.each([
    ['  hi \n', 'hi'],
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['tab\tinside', 'tab\tinside'],
    ['\u00a0 wide \u3000', 'wide'],
    ['😀', '😀'],
  ])('[MSG-8] trims and makes line ends \\n: %j', (given, stored) => {
    expect(messageTextSchema.parse(given)).toBe(stored)
  })

  test.each(['', '   ', '\r\n', '\0', 'a\0b', 'bell\u0007', 'del\u007f', 'c1\u0085', '\ud800', 'half \udc00 pair'])(
    '[MSG-8] refuses %j',
    (text) => {
      expect(accepts(messageTextSchema, text)).toBe(false)
    },
  )

  test('[MSG-8] counts bytes of UTF-8 after trimming', () => {
    expect(accepts(messageTextSchema, 'a'.repeat(messageTextBytesMax))).toBe(true)
    expect(accepts(messageTextSchema, ` ${'a'.repeat(messageTextBytesMax)} `)).toBe(true)
    expect(accepts(messageTextSchema, 'a'.repeat(messageTextBytesMax + 1))).toBe(false)
    expect(accepts(messageTextSchema, '😀'.repeat(messageTextBytesMax / 4))).toBe(true)
    expect(accepts(messageTextSchema, `${'😀'.repeat(messageTextBytesMax / 4)}a`)).toBe(false)
  })

  test('[MSG-8] what is stored once is stored the same when it is sent again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const first = messageTextSchema.safeParse(text)
        if (first.success) expect(messageTextSchema.parse(first.data)).toBe(first.data)
      }),
    )
  })
})

describe('names, ids and addresses', () => {
  test('[AUTH-3] an email is trimmed and lower-cased, a name trimmed', () => {
    expect(emailSchema.parse('  Ann@Example.COM ')).toBe('ann@example.com')
    expect(nameSchema.parse('  Ann Lee ')).toBe('Ann Lee')
    for (const email of ['', 'ann', 'ann@', '@b.example', 'a b@c.example', `${'a'.repeat(250)}@b.example`]) {
      expect(emailSchema.safeParse(email).success).toBe(false)
    }
  })

  test('[AUTH-15] an address may stand in any script', () => {
    for (const email of ['иван@пример.рф', 'josé.ñ@exämple.de', "o'neil+tag@b-c.museum", 'ann@xn--e1afmkfd.xn--p1ai']) {
      expect(emailSchema.parse(email)).toBe(email)
    }
    expect(emailSchema.parse('ИВАН@Пример.РФ')).toBe('иван@пример.рф')
    for (const email of [
      'иван@пример',
      'a..b@c.de',
      '.a@c.de',
      'a@c..de',
      'a@b@c.de',
      'a@c.de, b@c.de',
      'a\u0007@c.de',
      'a@c.\ud800',
    ])
      expect(emailSchema.safeParse(email).success).toBe(false)
  })

  test('[REST-10] lengths count code points, and text is well-formed without NUL', () => {
    expect(accepts(nameSchema, '😀'.repeat(120))).toBe(true)
    expect(accepts(nameSchema, '😀'.repeat(121))).toBe(false)
    expect(callerIdSchema.safeParse('😀'.repeat(255)).success).toBe(true)
    for (const id of ['', 'x'.repeat(256), 'a\0', '\ud83d', 7, null]) {
      expect(callerIdSchema.safeParse(id).success).toBe(false)
    }
  })
})
