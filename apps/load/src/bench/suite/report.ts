import type { BenchTable, BenchTarget } from './bench.ts'
import type { Section } from './section.ts'

/** The whole report in Markdown: every target with its figure, then every part with its machine and its day. */
export function reportPage(sections: readonly Section[]): string {
  return [
    '# Benchmarks',
    `Contenders of one table ran in turns on the same machine, which is shared with others: read the ratios, not the absolute
numbers. Where there were rounds, a figure is \`median [least–most]\` of them.`,
    'Again: `pnpm bench`, or one part by the command above it, with `--report docs/reports/benchmarks.md` to keep it.',
    '## Targets',
    targetTable(sections.flatMap(({ result }) => result.targets)),
    ...sections.map(sectionText),
    '',
  ].join('\n\n')
}

function sectionText({ name, title, machine, date, result }: Section): string {
  const origin = `\`pnpm bench --only ${name}\`, ${date}, ${machine}.`
  return [`## ${title}`, origin, result.about, ...result.tables.map(tableText)].join('\n\n')
}

function tableText({ caption, columns, rows }: BenchTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [`**${caption}**\n`, line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function targetTable(targets: readonly BenchTarget[]): string {
  const verdict = (met: boolean | null) => (met === null ? 'not measured' : met ? 'met' : '**missed**')
  const rows = targets.map(({ what, target, measured, met }) => [what, target, measured, verdict(met)])
  return tableText({ caption: 'What was to be reached', columns: ['what', 'target', 'measured', ''], rows })
}
