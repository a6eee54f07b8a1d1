import { cpus, totalmem } from 'node:os'
import type { BenchResult, BenchTable, BenchTarget } from './bench.ts'

export type Section = { title: string; command: string; result: BenchResult }

/** The whole report in Markdown: the machine, every target with its figure, then every part. */
export function reportPage(sections: readonly Section[], date: string): string {
  const targets = sections.flatMap(({ result }) => result.targets)
  return [
    '# Benchmarks',
    `${machineLine()} ${date}. Contenders of one table ran in turns on the same machine, which is shared with others: read the
ratios, not the absolute numbers. \`median [least–most]\` of the rounds.`,
    'Again: `pnpm bench`, or one part by the command above it.',
    '## Targets',
    targetTable(targets),
    ...sections.map(sectionText),
    '',
  ].join('\n\n')
}

function sectionText({ title, command, result }: Section): string {
  return [`## ${title}`, `\`${command}\``, result.about, ...result.tables.map(tableText)].join('\n\n')
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

function machineLine(): string {
  const [first] = cpus()
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${gigabytes} GB, Node ${process.versions.node},`
}
