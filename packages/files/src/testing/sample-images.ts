import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import type { ImageType } from '../inspection/image-type.ts'

type SampleSize = { width?: number; height?: number; channels?: 3 | 4 }

/** A photo-like image, the same each time, in which no row repeats another. */
export function sampleImage({ width = 200, height = 150, channels = 3 }: SampleSize = {}): Sharp {
  const pixels = Buffer.alloc(width * height * channels)
  let noise = 1
  for (let place = 0; place < pixels.length; place += 1) {
    noise = (noise * 48_271) % 2_147_483_647
    pixels[place] = ((place / channels) % width) + (noise % 64)
  }
  return sharp(pixels, { raw: { width, height, channels } })
}

/** Of the same content in each frame but for a shift. */
export function sampleAnimation({ width = 60, height = 40, frames = 4 } = {}): Sharp {
  const pixels = Buffer.alloc(width * height * frames * 3)
  for (let place = 0; place < pixels.length; place += 1) {
    pixels[place] = (place * 7 + 40 * Math.floor(place / (width * height * 3))) % 251
  }
  return sharp(pixels, { raw: { width, height: height * frames, channels: 3, pageHeight: height } })
}

export async function encoded(image: Sharp, type: ImageType): Promise<Buffer> {
  switch (type) {
    case 'image/jpeg':
      return await image.jpeg().toBuffer()
    case 'image/png':
      return await image.png().toBuffer()
    case 'image/webp':
      return await image.webp().toBuffer()
    case 'image/gif':
      return await image.gif().toBuffer()
    case 'image/avif':
      return await image.avif({ effort: 0 }).toBuffer()
  }
}

/** The size of an image whose pixels can all be decoded; null for anything else. */
export async function decodedSize(bytes: Uint8Array): Promise<{ width: number; height: number } | null> {
  const image = sharp(bytes, { failOn: 'error' })
  return await image
    .raw()
    .toBuffer({ resolveWithObject: true })
    .then(
      ({ info: { width, height } }) => ({ width, height }),
      () => null,
    )
}

/** A chunk of a PNG, with its length and checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))])
}

/** A black PNG of one bit a pixel, with as many rows as are given. */
export function blackPng({ width, height, rows }: { width: number; height: number; rows: number }): Buffer {
  const head = Buffer.concat([uint32(width), uint32(height), Buffer.from([1, 0, 0, 0, 0])])
  const pixels = deflateSync(Buffer.alloc(rows * (1 + Math.ceil(width / 8))), { level: 1 })
  const chunks = [pngChunk('IHDR', head), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

/** A GIF whose frames are one pixel each. */
export function gifOfFrames({ width, height, frames }: { width: number; height: number; frames: number }): Buffer {
  const screen = Buffer.concat([uint16(width), uint16(height), Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255])])
  const control = Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0])
  const pixel = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0])
  const all = Array.from({ length: frames }, () => Buffer.concat([control, pixel]))
  return Buffer.concat([Buffer.from('GIF89a'), screen, ...all, Buffer.from([0x3b])])
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** With the low byte first, as GIF has it. */
export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
