import { appendFileSync, createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { HistoryLine } from '@deskbell/testkit/history/history-line'
import { now } from '../clock.ts'

/** A line without what the writer adds. */
export type Fact = HistoryLine extends infer Line
  ? Line extends HistoryLine
    ? Omit<Line, 'at' | 'who'>
    : never
  : never

export type Recorder = (fact: Fact) => void

const bufferBytesMax = 256 * 1024

/** Appends lines of JSON to a file. What a killed process had not flushed is lost with it: nobody kills writers here. */
export class HistoryWriter {
  #file: string
  #buffer = ''

  constructor(file: string) {
    this.#file = file
  }

  recorder(who: string): Recorder {
    return (fact) => this.#write(`${JSON.stringify({ at: now(), who, ...fact })}\n`)
  }

  flush(): void {
    if (this.#buffer !== '') appendFileSync(this.#file, this.#buffer)
    this.#buffer = ''
  }

  /** Later lines go to another file. */
  turnTo(file: string): void {
    this.flush()
    this.#file = file
  }

  #write(text: string): void {
    this.#buffer += text
    if (this.#buffer.length > bufferBytesMax) this.flush()
  }
}

/** Reads what writers of this module have written. */
export async function readHistory(files: readonly string[]): Promise<HistoryLine[]> {
  const lines: HistoryLine[] = []
  for (const file of files) {
    for await (const text of createInterface({ input: createReadStream(file) })) lines.push(parseLine(text))
  }
  return lines
}

function parseLine(text: string): HistoryLine {
  return JSON.parse(text) as HistoryLine
}
