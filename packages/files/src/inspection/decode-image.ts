import { access, constants } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import type { DecodeOrder, DecoderMessage, MadeImage, MadeType } from './decoder-messages.ts'
import { framePixelsMax, framesMax, thumbnailSideMax, totalPixelsMax } from './image-limits.ts'
import type { ImageType } from './image-type.ts'

/** The only decoders that run. What libvips could also read (SVG, TIFF, PDF, …) is larger and less proven. */
const loaders = ['JpegFile', 'PngFile', 'WebpFile', 'NsgifFile', 'HeifFile']
const webpSideMax = 16_383
const hashSideMax = 100

sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: loaders.map((loader) => `VipsForeignLoad${loader}`) })
sharp.cache(false)
sharp.concurrency(1)

/** The names of libvips. AVIF is HEIF with the codec AV1. */
const formats: Record<ImageType, string> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'heif',
}

/** What is not the file's fault, in the words of libvips. */
const systemFaults = /write error|unable to open for write|too many open files|input\/output error/i

/** Runs in the decoder process only. */
export async function decodeImage(order: DecodeOrder): Promise<DecoderMessage> {
  try {
    await access(order.path, constants.R_OK)
  } catch (error) {
    return { kind: 'failed', reason: String(error) }
  }
  try {
    const image = await remake(order)
    return image === null ? { kind: 'unsupported' } : { kind: 'made', image }
  } catch (error) {
    const reason = String(error)
    return systemFaults.test(reason) ? { kind: 'failed', reason } : { kind: 'unsupported' }
  }
}

async function remake({ path, type, imagePath, thumbnailPath, square }: DecodeOrder): Promise<MadeImage | null> {
  const strict = { failOn: 'error', limitInputPixels: totalPixelsMax } as const
  // Reads the header and decodes nothing.
  const header = await sharp(path, strict).metadata()
  if (header.format !== formats[type] || !isWithinLimits(header)) return null
  if (type === 'image/avif' && header.compression !== 'av1') return null
  if (square !== null) {
    const upright = sharp(path, { ...strict, page: header.pagePrimary ?? 0 }).autoOrient()
    return await crop(upright, imagePath, square)
  }
  const isAnimation = (type === 'image/gif' || type === 'image/webp') && (header.pages ?? 1) > 1
  const source = isAnimation
    ? sharp(path, { ...strict, animated: true })
    : sharp(path, { ...strict, page: header.pagePrimary ?? 0 }).autoOrient()
  const mediaType = madeType(type, header)
  const made = await encode(source.toColourspace('srgb'), mediaType).toFile(imagePath)
  // From here on only bytes are read that we have made.
  const inside = { fit: 'inside', withoutEnlargement: true } as const
  const thumbnail = await sharp(imagePath)
    .resize({ width: thumbnailSideMax, height: thumbnailSideMax, ...inside })
    .webp({ quality: 75 })
    .toFile(thumbnailPath)
  const { data, info } = await sharp(thumbnailPath)
    .resize({ width: hashSideMax, height: hashSideMax, ...inside })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return {
    mediaType,
    bytes: made.size,
    width: made.width,
    height: made.pageHeight ?? made.height,
    thumbHash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    thumbnailBytes: thumbnail.size,
  }
}

/** The middle of the first frame, on white. What is smaller is enlarged, so that every picture has one size. */
async function crop(source: Sharp, imagePath: string, side: number): Promise<MadeImage> {
  const { size, width, height } = await source
    .toColourspace('srgb')
    .resize({ width: side, height: side, fit: 'cover', position: 'centre' })
    .flatten({ background: 'white' })
    .webp({ quality: 85 })
    .toFile(imagePath)
  return { mediaType: 'image/webp', bytes: size, width, height, thumbHash: '', thumbnailBytes: 0 }
}

function isWithinLimits({ width, height, pages = 1 }: Metadata): boolean {
  const pixels = width * height
  return pixels <= framePixelsMax && pages <= framesMax && pixels * pages <= totalPixelsMax
}

function madeType(type: ImageType, { width, height }: Metadata): MadeType {
  if (type !== 'image/avif') return type
  return Math.max(width, height) > webpSideMax ? 'image/jpeg' : 'image/webp'
}

/**
 * Without any metadata: sharp writes none unless it is asked to. The effort is low: WebP of 40 megapixels takes 8 seconds
 * of a processor instead of 24, and has 4 % more bytes.
 */
function encode(image: Sharp, type: MadeType): Sharp {
  switch (type) {
    case 'image/jpeg':
      return image.flatten({ background: 'white' }).jpeg({ quality: 85, progressive: true })
    case 'image/png':
      return image.png({ compressionLevel: 6, adaptiveFiltering: true })
    case 'image/webp':
      return image.webp({ quality: 85, effort: 2 })
    case 'image/gif':
      return image.gif({ effort: 3 })
  }
}
