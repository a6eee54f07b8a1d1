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
  ])('[MSG-8] trims the text and converts line ends to \\n: %j', (given, stored) => {
    expect(messageTextSchema.parse(given)).toBe(stored)
  })

  test.each(['', '   ', '\r\n', '\0', 'a\0b', 'bell\u0007', 'del\u007f', 'c1\u0085', '\ud800', 'half \udc00 pair'])(
    '[MSG-8] rejects %j',
    (text) => {
      expect(accepts(messageTextSchema, text)).toBe(false)
    },
  )

  test.each(['\u200b', '\ufeff \u2060', '\u3164', '\u115f\u1160', '\u2800', '\u00ad', '\ufe0f\u200d', '\u{e0041}'])(
    '[MSG-21] rejects a text without a visible character: %j',
    (text) => {
      expect(messageTextSchema.safeParse(text).error?.issues).toMatchObject([
        { message: 'must have a character that can be seen' },
      ])
    },
  )

  test.each([
    '❤\ufe0f',
    '👩\u200d🚀',
    '1\ufe0f\u20e3',
    'e\u0301',
    '.',
    '\u06dd',
    '\u200bhi',
    'می\u200cخواهم',
    '🫩',
    'one\u2028two',
  ])('[MSG-21] accepts a text with a visible character unchanged: %j', (text) => {
    expect(messageTextSchema.parse(text)).toBe(text)
  })

  test('[MSG-8] the limit counts bytes of UTF-8 after trimming', () => {
    expect(accepts(messageTextSchema, 'a'.repeat(messageTextBytesMax))).toBe(true)
    expect(accepts(messageTextSchema, ` ${'a'.repeat(messageTextBytesMax)} `)).toBe(true)
    expect(accepts(messageTextSchema, 'a'.repeat(messageTextBytesMax + 1))).toBe(false)
    expect(accepts(messageTextSchema, '😀'.repeat(messageTextBytesMax / 4))).toBe(true)
    expect(accepts(messageTextSchema, `${'😀'.repeat(messageTextBytesMax / 4)}a`)).toBe(false)
  })

  test('[MSG-8] parsing an accepted text again does not change it', () => {
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

  test.each([
    ['иван@пример.рф', 'иван@xn--e1afmkfd.xn--p1ai'],
    ['ИВАН+Tag@Пример.РФ', 'ИВАН+tag@xn--e1afmkfd.xn--p1ai'],
    ['anna@XN--E1AFMKFD.xn--p1ai', 'anna@xn--e1afmkfd.xn--p1ai'],
    ['jose\u0301@exa\u0308mple.de', 'josé@xn--exmple-cua.de'],
    ['josé@exämple.de', 'josé@xn--exmple-cua.de'],
    // The mark composes with the small letter, but not with the capital one.
    ['J\u030c@a.de', '\u01f0@a.de'],
    ['a@例え。テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ['a@نامه\u200cای.com', 'a@xn--mgba3gch31f060k.com'],
    ["o'neil+tag@b-c.museum", "o'neil+tag@b-c.museum"],
  ])('[AUTH-15] [AUTH-18] the address %j has the normal form %s', (given, stored) => {
    expect(emailSchema.parse(given)).toBe(stored)
    expect(emailSchema.parse(stored)).toBe(stored)
  })

  test.each([
    '\u212aim@example.com',
    'kim@\u212aelvin.example',
    'a\u0340@b.de',
    'иван@пример',
    'a..b@c.de',
    '.a@c.de',
    'a@c..de',
    'a@b@c.de',
    'a@c.de, b@c.de',
    'a\u0007@c.de',
    'a@c.\ud800',
    'a\u200b@c.de',
    'a\u3164@c.de',
    'a@10.0.0.1',
    'a@0x7f.1',
    'a@-b.de',
    'a@b_c.de',
    `a@${'b'.repeat(64)}.de`,
  ])('[AUTH-15] [AUTH-18] rejects the address %j', (email) => {
    expect(emailSchema.safeParse(email).success).toBe(false)
  })

  test('[AUTH-18] the normal form of an accepted address is NFC, and normalising it again does not change it', () => {
    const part = fc.string({
      unit: fc.constantFrom(...'aAkKjJ\u212a\u030c\u0301éeñß.-\u200dя'),
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(part, part, (local, domain) => {
        const { data } = emailSchema.safeParse(`${local}@${domain}.de`)
        if (data === undefined) return
        expect(data).toBe(data.normalize('NFC'))
        for (const same of [data, data.normalize('NFD'), ` ${data} `]) expect(emailSchema.parse(same)).toBe(data)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['  Jose\u0301 Lee ', 'José Lee'],
    ['\u200eדנה', '\u200eדנה'],
    ['👩\u200d🚀', '👩\u200d🚀'],
  ])('[AUTH-19] the name %j has the normal form %j', (given, stored) => {
    expect(nameSchema.parse(given)).toBe(stored)
  })

  test('[AUTH-30] a letter with 60,000 marks is no name and no address, which is known without sorting the marks', () => {
    const letter = `a${'\u0301\u0316'.repeat(30_000)}`
    const before = process.threadCpuUsage()
    expect(nameSchema.safeParse(letter).error?.issues).toMatchObject([{ message: 'must have at most 120 characters' }])
    expect(emailSchema.safeParse(`${letter}@example.test`).success).toBe(false)
    expect(emailSchema.safeParse(`a@${letter}.test`).success).toBe(false)
    const { user, system } = process.threadCpuUsage(before)
    // In microseconds. Sorting them takes seconds.
    expect(user + system).toBeLessThan(500_000)
  })

  test('[AUTH-30] a name of 120 letters may come as letters with marks of their own', () => {
    const letter = '\u1f80'
    expect(nameSchema.parse(letter.repeat(120).normalize('NFD'))).toBe(letter.repeat(120))
    expect(nameSchema.safeParse(letter.repeat(121).normalize('NFD')).success).toBe(false)
  })

  test.each([
    'a\nb',
    'a\u001b[31m',
    'a\u0085b',
    'a\u2028b',
    'a\u2029b',
    '\u3164',
    '\u200b\u200d',
    '\u2800',
    '\u202egnp.exe',
    'a\u2066b\u2069',
    '\u202aa\u202c',
  ])('[AUTH-19] rejects the name %j', (name) => {
    expect(nameSchema.safeParse(name).success).toBe(false)
  })

  test.each([
    'Deskbell',
    ' DESKBELL ',
    'D e s k b e l l',
    '[System]',
    '🔔 Deskbell',
    'ＳＹＳＴＥＭ',
    '𝐃𝐞𝐬𝐤𝐛𝐞𝐥𝐥',
    'Desk\u200bbell',
    'D\u0117skbell',
    'DeskbeIl',
    'Deskbe11',
    'Ѕystеm',
    'СИСТЕМА',
  ])('[AUTH-22] rejects the reserved name %j', (name) => {
    expect(nameSchema.safeParse(name).error?.issues).toMatchObject([
      { message: 'must not be the name of the product or of the system' },
    ])
  })

  test.each(['Systema', 'Bell', 'Ann from Deskbell', 'Kim System', 'Мистер'])(
    '[AUTH-22] accepts the name %j',
    (name) => {
      expect(nameSchema.parse(name)).toBe(name)
    },
  )

  test('[REST-10] limits of length count code points, and lone surrogates and NUL are rejected', () => {
    expect(accepts(nameSchema, '😀'.repeat(120))).toBe(true)
    expect(accepts(nameSchema, '😀'.repeat(121))).toBe(false)
    expect(callerIdSchema.safeParse('😀'.repeat(255)).success).toBe(true)
    for (const id of ['', 'x'.repeat(256), 'a\0', '\ud83d', 7, null]) {
      expect(callerIdSchema.safeParse(id).success).toBe(false)
    }
  })
})
