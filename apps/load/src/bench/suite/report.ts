import type { Bench, BenchTable } from './bench.ts'
import { provenanceText } from './provenance.ts'
import { benchOf, resultOf, type Section } from './section.ts'

/** The whole report in Markdown: every target with its figure, then every part with its machine and its day. */
export function reportPage(sections: readonly Section[], benches: readonly Bench[]): string {
  return [
    '# Benchmarks',
    `Contenders of one table ran in turns on the same machine, which is shared with others: read the ratios, not the absolute
numbers. Where there were n rounds, a figure is \`median [least–most] n\` of them; a ratio is made within a round.`,
    `The JSON beside this page keeps every figure of every run, and this page is made from it alone:
\`pnpm bench --render docs/reports/benchmarks.md\`. A part in its old form has only its text, until it is measured again.`,
    'Again: `pnpm bench`, or one part by the command above it, with `--report docs/reports/benchmarks.md` to keep it.',
    '## Targets',
    targetTable(sections, benches),
    ...sections.map((section) => sectionText(section, benches)),
    '',
  ].join('\n\n')
}

function sectionText(section: Section, benches: readonly Bench[]): string {
  const { about, tables } = resultOf(section, benches)
  return [`## ${benchOf(section, benches).title}`, originText(section), about, ...tables.map(tableText)].join('\n\n')
}

function originText(section: Section): string {
  if (!('text' in section)) return provenanceText(section.provenance)
  const { name, date, machine, commit } = section
  return `\`pnpm bench --only ${name}\`, ${date}, ${machine}. **Old form**, kept by ${commit}: the figures of its rounds were not kept,
so nothing here can be computed again.`
}

function tableText({ caption, columns, rows }: BenchTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [`**${caption}**\n`, line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function targetTable(sections: readonly Section[], benches: readonly Bench[]): string {
  const verdict = (met: boolean | null) => (met === null ? 'not measured' : met ? 'met' : '**missed**')
  const rows = sections.flatMap((section) =>
    resultOf(section, benches).targets.map((one) => [
      ...[one.what, one.target, one.measured, verdict(one.met), dayText(section)],
    ]),
  )
  return tableText({ caption: 'What was to be reached', columns: ['what', 'target', 'measured', '', 'from'], rows })
}

function dayText(section: Section): string {
  if ('text' in section) return `${section.date}, old form`
  return section.provenance.date
}
