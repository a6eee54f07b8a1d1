import { open } from 'node:fs/promises'
import { extname } from 'node:path'

/** The types of images that are decoded and made anew. Every other file is a download. */
export type ImageType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif' | 'image/avif'

/** What the sender says of a file. */
export type Claim = { mediaType: string; name: string }

const headBytes = 4_096

/** By the media type, lower-cased and without parameters. The second ones are old names that some programs still send. */
const claimedTypes: Record<string, ImageType> = {
  'image/jpeg': 'image/jpeg',
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/png': 'image/png',
  'image/x-png': 'image/png',
  'image/webp': 'image/webp',
  'image/gif': 'image/gif',
  'image/avif': 'image/avif',
}

const namedTypes: Record<string, ImageType> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.jpe': 'image/jpeg',
  '.jfif': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
}

/** Types that no browser runs or shows as a document, and that tell people what a download is. */
const passiveTypes = [
  /^(?:audio|video|font)\/[a-z0-9.-]+$/,
  /^image\/(?!svg)[a-z0-9.-]+$/,
  /^text\/(?:plain|csv|calendar|vcard|markdown|rtf)$/,
  /^application\/(?:pdf|zip|gzip|json|rtf|msword|x-7z-compressed|x-tar|x-bzip2|x-xz|vnd\.rar|x-rar-compressed|epub\+zip)$/,
  /^application\/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument|ms-excel|ms-powerpoint)[a-z0-9.-]*$/,
]

/**
 * The image type that the first bytes of a file show, or null. The table is our own: these are the signatures by which
 * browsers take a file for an image (WHATWG MIME Sniffing, section 6.1; AVIF 1.1, section 6.3), and a library would parse
 * a hundred more formats in the server's process.
 */
export async function imageTypeOf(path: string): Promise<ImageType | null> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return imageTypeOfHead(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/** The image type that the sender claims: by the media type, and only without one by the name's ending. */
export function claimedImageType({ mediaType, name }: Claim): ImageType | null {
  const type = essenceOf(mediaType)
  const found = type === '' ? namedTypes[extname(name).toLowerCase()] : claimedTypes[type]
  return found ?? null
}

/** The media type of a download. Types that could run, and unknown ones, become `application/octet-stream`. */
export function downloadType({ mediaType }: Claim): string {
  const type = essenceOf(mediaType)
  return passiveTypes.some((pattern) => pattern.test(type)) ? type : 'application/octet-stream'
}

/** `type/subtype` without parameters, lower-cased. */
function essenceOf(mediaType: string): string {
  const [essence = ''] = mediaType.split(/[;,]/)
  return essence.trim().toLowerCase()
}

function imageTypeOfHead(head: Buffer): ImageType | null {
  const text = head.toString('latin1')
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (/^GIF8[79]a/.test(text)) return 'image/gif'
  if (/^RIFF.{4}WEBP/s.test(text)) return 'image/webp'
  return isAvif(text) ? 'image/avif' : null
}

/** A `ftyp` box with the brand of AVIF images or sequences, as the major one or among the compatible ones. */
function isAvif(text: string): boolean {
  if (text.slice(4, 8) !== 'ftyp') return false
  const length = Buffer.from(text.slice(0, 4), 'latin1').readUInt32BE()
  const brands = [text.slice(8, 12), ...(text.slice(16, length).match(/.{4}/gs) ?? [])]
  return brands.some((brand) => brand === 'avif' || brand === 'avis')
}
