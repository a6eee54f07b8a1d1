import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DecodeOrder, MadeImage, MadeType } from './decoder-messages.ts'
import { type DecoderLimits, DecoderProcess } from './decoder-process.ts'
import { type Claim, claimedImageType, downloadType, type ImageType, imageTypeOf } from './image-type.ts'

export type Inspection =
  | {
      kind: 'image'
      path: string
      mediaType: MadeType
      bytes: number
      width: number
      height: number
      /** In base64: https://evanw.github.io/thumbhash/ */
      thumbHash: string
      thumbnail: { path: string; bytes: number; mediaType: 'image/jpeg' | 'image/webp' | 'image/png' }
    }
  /** Nothing was made: the file itself is to be stored. */
  | { kind: 'download'; mediaType: string }
  /** Claims or appears to be one of the five image types, and cannot be decoded within the limits. */
  | { kind: 'unsupported' }

export type InspectionInput = {
  /** The received file. It stays as it is. */
  path: string
  /** Where the made files go, under names of their own. */
  outFolder: string
  claimed: Claim
}

export type Inspector = AsyncDisposable & {
  /**
   * Finds out what a file is, and makes an image anew: upright, in sRGB, without metadata. Rejects only when inspecting
   * itself is not possible now: too many wait (`InspectorBusyError`), the decoder cannot start, or the disk takes nothing
   * more. Then nothing was made, and it may be tried again later.
   */
  inspect(input: InspectionInput): Promise<Inspection>
  /**
   * Makes a square WebP of the middle of an image's first frame, upright, in sRGB, on white and without metadata. Null: it
   * is none of the five image types, or cannot be decoded within the limits. Rejects like `inspect`.
   */
  crop(input: CropInput): Promise<{ path: string; bytes: number } | null>
}

/** `side`: of the square, in pixels. */
export type CropInput = Omit<InspectionInput, 'claimed'> & { side: number }

export class InspectorBusyError extends Error {}

export type InspectorOptions = Partial<DecoderLimits> & {
  /** How many images may wait for the decoder. */
  waitingMax?: number
  /** After so many images the decoder is started anew, so that nothing that it leaks adds up. */
  imagesMax?: number
  /** After so many milliseconds without an image the decoder ends, and its memory is free. */
  idleMs?: number
}

/**
 * The greatest images take up to 13 seconds of a processor and 780 MB of memory, of which the process has 90 MB at its
 * start: AVIF of 40 megapixels without chroma subsampling. The others stay below 550 MB.
 */
const defaults = {
  processorMs: 30_000,
  wallMs: 120_000,
  dataBytes: 1_600_000_000,
  waitingMax: 64,
  imagesMax: 200,
  idleMs: 30_000,
}

export function createInspector(options: InspectorOptions = {}): Inspector {
  return new DecodingInspector({ ...defaults, ...options })
}

type Job = {
  order: DecodeOrder
  outFolder: string
  resolve(made: MadeImage | null): void
  reject(error: unknown): void
}

/** One image is decoded at a time, in a process of its own, because decoders have holes and images can be made to be huge. */
class DecodingInspector implements Inspector {
  readonly #options: typeof defaults
  readonly #waiting: Job[] = []
  #decoder: DecoderProcess | undefined
  #idle: NodeJS.Timeout | undefined
  #isRunning = false
  #isDisposed = false

  constructor(options: typeof defaults) {
    this.#options = options
  }

  async inspect(input: InspectionInput): Promise<Inspection> {
    const type = await imageTypeOf(input.path)
    const { claimed } = input
    if (type === null) {
      if (claimedImageType(claimed) !== null) return { kind: 'unsupported' }
      return { kind: 'download', mediaType: downloadType(claimed) }
    }
    const order = orderOf(input, type, null)
    const made = await this.#enqueue(order, input.outFolder)
    return made === null ? { kind: 'unsupported' } : imageOf(order, made)
  }

  async crop({ path, outFolder, side }: CropInput): Promise<{ path: string; bytes: number } | null> {
    const type = await imageTypeOf(path)
    if (type === null) return null
    const order = orderOf({ path, outFolder }, type, side)
    const made = await this.#enqueue(order, outFolder)
    return made && { path: order.imagePath, bytes: made.bytes }
  }

  #enqueue(order: DecodeOrder, outFolder: string): Promise<MadeImage | null> {
    return new Promise((resolve, reject) => {
      if (this.#isDisposed || this.#waiting.length >= this.#options.waitingMax) {
        return reject(new InspectorBusyError('Too many images wait to be decoded.'))
      }
      this.#waiting.push({ order, outFolder, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true
    for (const { reject } of this.#waiting.splice(0)) reject(new InspectorBusyError('The inspector was stopped.'))
    this.#endDecoder()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    clearTimeout(this.#idle)
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      await this.#make(job).then(job.resolve, job.reject)
    }
    this.#isRunning = false
    this.#idle = setTimeout(() => this.#endDecoder(), this.#options.idleMs).unref()
  }

  async #make({ order, outFolder }: Job): Promise<MadeImage | null> {
    try {
      const made = await this.#decode(order, outFolder)
      if (made !== null) return made
    } catch (error) {
      await removeMade(order)
      throw error
    }
    await removeMade(order)
    return null
  }

  /** Null: cannot be decoded within the limits. A decoder may also be killed by accident, so a crash is tried once more. */
  async #decode(order: DecodeOrder, scratchFolder: string): Promise<MadeImage | null> {
    for (let tries = 1; tries <= 2; tries += 1) {
      const decoder = await this.#freshDecoder(scratchFolder)
      const answer = await decoder.decode(order)
      if (answer === 'starved') throw new InspectorBusyError('The image decoder was given no processor.')
      if (answer === 'timeout') return null
      if (answer === 'crashed') {
        if (this.#isDisposed) throw new InspectorBusyError('The inspector was stopped.')
        continue
      }
      if (answer.kind === 'made') return answer.image
      if (answer.kind === 'unsupported') return null
      throw new Error(`An image could not be decoded: ${answer.kind === 'failed' ? answer.reason : answer.kind}`)
    }
    return null
  }

  async #freshDecoder(scratchFolder: string): Promise<DecoderProcess> {
    const { imagesMax } = this.#options
    const { isAlive, decoded, scratchFolder: current } = this.#decoder ?? { isAlive: false, decoded: 0, scratchFolder }
    if (this.#decoder !== undefined && isAlive && decoded < imagesMax && current === scratchFolder) return this.#decoder
    this.#endDecoder()
    const decoder = await DecoderProcess.start(this.#options, scratchFolder)
    if (this.#isDisposed) {
      decoder.kill()
      throw new InspectorBusyError('The inspector was stopped.')
    }
    this.#decoder = decoder
    return decoder
  }

  #endDecoder(): void {
    clearTimeout(this.#idle)
    this.#decoder?.kill()
    this.#decoder = undefined
  }
}

function orderOf(
  { path, outFolder }: Pick<InspectionInput, 'path' | 'outFolder'>,
  type: ImageType,
  square: number | null,
): DecodeOrder {
  const imagePath = join(outFolder, randomUUID())
  return { path, type, imagePath, thumbnailPath: `${imagePath}-thumbnail`, square }
}

function imageOf(order: DecodeOrder, made: MadeImage): Inspection {
  const { thumbnailBytes, ...image } = made
  const thumbnail = { path: order.thumbnailPath, bytes: thumbnailBytes, mediaType: 'image/webp' } as const
  return { kind: 'image', path: order.imagePath, ...image, thumbnail }
}

async function removeMade({ imagePath, thumbnailPath }: DecodeOrder): Promise<void> {
  await rm(imagePath, { force: true })
  await rm(thumbnailPath, { force: true })
}
