import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInspector, type Inspection, type InspectorOptions } from '../inspection/inspector.ts'

export type MadeImage = Extract<Inspection, { kind: 'image' }>

/** An inspector with a folder for what it makes. */
export async function openInspection(options: InspectorOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'deskbell-inspection-'))
  const inspector = createInspector(options)
  const dispose = async () => {
    await inspector[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
  let received = 0
  const inspect = async (bytes: Buffer, claimed = { mediaType: '', name: '' }): Promise<Inspection> => {
    received += 1
    const path = join(folder, `received-${received}`)
    await writeFile(path, bytes)
    try {
      return await inspector.inspect({ path, outFolder: folder, claimed })
    } finally {
      await rm(path)
    }
  }
  const make = async (bytes: Buffer): Promise<MadeImage> => {
    const inspection = await inspect(bytes)
    if (inspection.kind !== 'image') throw new Error(`It is ${inspection.kind}`)
    return inspection
  }
  const madeFiles = async () => (await readdir(folder)).filter((name) => !name.startsWith('received-'))
  return { inspector, folder, inspect, make, madeFiles, [Symbol.asyncDispose]: dispose }
}
