import fc from 'fast-check'
import { expect, test } from 'vitest'
import { auditFormats } from './audit-file.ts'

const { csv, jsonl } = auditFormats
const entry = {
  id: 7,
  at: '2026-11-30T09:30:00.000Z',
  actor: { id: 3 as never, name: 'Грейс "G" Hopper' },
  action: 'operators.invite',
  target: 'ada@example.com',
  address: '203.0.113.7',
}

/** Reads lines as RFC 4180 says. */
function readCsv(text: string): string[][] {
  return [...text.matchAll(/(?:"(?:[^"]|"")*",?)+\r\n/g)].map(([line]) =>
    [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell.replaceAll('""', '"')),
  )
}

test('[WEB-123] an entry is a line of CSV, or of JSON', () => {
  expect(csv.head).toBe('\uFEFF"id","at","actorId","actor","action","target","address"\r\n')
  expect(csv.write(entry)).toBe(
    `"7","${entry.at}","3","Грейс ""G"" Hopper","operators.invite","ada@example.com","203.0.113.7"\r\n`,
  )
  expect(csv.write({ ...entry, actor: null, target: null, address: null })).toBe(
    `"7","${entry.at}","","","operators.invite","",""\r\n`,
  )
  expect(jsonl.head + jsonl.write(entry) + jsonl.write(entry)).toBe(`${JSON.stringify(entry)}\n`.repeat(2))
  expect(jsonl.write({ ...entry, target: 'a\nb' }).match(/\n/g)).toHaveLength(1)
})

test.each(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'])(
  '[WEB-124] N78: a cell that begins with %j is no formula',
  (first) => {
    const text = `${first}HYPERLINK("https://evil.example","x")`
    const [cells = []] = readCsv(csv.write({ ...entry, actor: { ...entry.actor, name: text }, target: text }))
    expect([cells[3], cells[5]]).toEqual([`'${text}`, `'${text}`])
  },
)

test('[WEB-124] N78: whatever the texts are, a line has seven cells, and none begins a formula', () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '\t', '=', '-', '+', '@', "'", 'a', 'я', '😀') })
  fc.assert(
    fc.property(text, text, (name, target) => {
      const lines = readCsv(csv.write({ ...entry, actor: { ...entry.actor, name }, target }))
      expect(lines).toHaveLength(1)
      const cells = lines[0] ?? []
      expect(cells).toHaveLength(7)
      for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/)
      expect([name, `'${name}`]).toContain(cells[3])
      expect([target, `'${target}`]).toContain(cells[5])
    }),
  )
})
