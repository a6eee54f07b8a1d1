import { deflateSync } from 'node:zlib'
import type { ImageType } from '../inspection/image-type.ts'
import { blackPng, encoded, gifOfFrames, pngChunk, sampleImage, uint16, uint32 } from './sample-images.ts'

export type HostileFile = {
  /** What the sender calls the file. Each stands once in the table. */
  name: string
  /** What the sender says that the file is. */
  mediaType: string
  bytes(): Promise<Buffer>
  /** `image`: is made anew, without what is hostile about it. */
  expected: 'image' | 'download' | 'unsupported'
}

/** Stands in every script of the table, so that a test can look for it in what is served, and for what it did in a browser. */
export const hostileMarker = 'deskbellHostile'

const script = `window.${hostileMarker}=1;alert('${hostileMarker}')`
const html = `<!doctype html><html><body><script>${script}</script></body></html>`
const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${script}"><script>${script}</script></svg>`
const xhtml = `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${script}</script></html>`
const xml = `<?xml version="1.0"?><?xml-stylesheet href="data:text/xsl,${hostileMarker}"?><a/>`
const mhtml = `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n${html}\r\n--x--`
const pdf = `%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert("${hostileMarker}"))>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`
const zip = `PK\x03\x04\x14\0\0\0\0\0${hostileMarker}.class`

type Row = [name: string, mediaType: string, content: string | Buffer | (() => Promise<Buffer>)]

function rows(expected: HostileFile['expected'], list: Row[]): HostileFile[] {
  return list.map(([name, mediaType, content]) => ({
    name,
    mediaType,
    expected,
    bytes: async () => (typeof content === 'function' ? await content() : asBytes(content)),
  }))
}

function asBytes(content: string | Buffer): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'latin1') : content
}

/** Documents and programs that a browser would run, under their own type in every spelling. */
const active = rows('download', [
  ['script.svg', 'image/svg+xml', svg],
  ['parameter.svg', 'image/svg+xml; x', svg],
  ['upper.svg', 'IMAGE/SVG+XML', svg],
  ['bom.svg', 'image/svg+xml', `\xef\xbb\xbf${svg}`],
  ['short.svg', 'image/svg', svg],
  ['page.html', 'text/html', html],
  ['page.xhtml', 'application/xhtml+xml', xhtml],
  ['page.xml', 'text/xml', xml],
  ['page.mht', 'multipart/related', mhtml],
  ['page.eml', 'message/rfc822', mhtml],
  ['movie.swf', 'application/x-shockwave-flash', `FWS\x08\x20\0\0\0${hostileMarker}`],
  ['program.js', 'text/javascript', script],
  ['script.pdf', 'application/pdf', pdf],
  ['polyglot.pdf', 'application/pdf', `${html}\n${pdf}`],
  ['without-type.html', '', html],
  ['two-types.html', 'text/plain, text/html', html],
])

/** The same content under the type of an image. */
const disguised = rows('unsupported', [
  ['svg.png', 'image/png', svg],
  ['html.jpg', 'image/jpeg; charset=utf-8', html],
  ['html.gif', 'IMAGE/GIF', `GIF\n${html}`],
  ['pdf.webp', 'image/webp', pdf],
  ['js.avif', '', script],
  ['comment.gif', 'image/gif', `GIF89a/*${'\0'.repeat(20)}*/=1;${script}`],
  ['comment.js', 'text/javascript', `GIF89a/*${'\0'.repeat(20)}*/=1;${script}`],
  ['empty.png', 'image/png', ''],
  ['byte.jpg', 'image/jpeg', '\xff'],
  ['start.jpg', 'application/octet-stream', '\xff\xd8\xff'],
])

const harmlessWithoutBytes = rows('download', [
  ['empty.txt', 'text/plain', ''],
  ['byte.bin', 'application/octet-stream', '\xff'],
])

/** Images that carry something else. */
const carriers = rows('image', [
  ['zip-after.gif', 'image/gif', () => followedBy('image/gif', zip)],
  ['html-after.jpg', 'image/jpeg', () => followedBy('image/jpeg', html)],
  ['html-after.png', 'text/html', () => followedBy('image/png', html)],
  ['zip-after.webp', 'application/java-archive', () => followedBy('image/webp', zip)],
  ['html-after.avif', 'image/avif', () => followedBy('image/avif', html)],
  ['text.png', 'image/png', pngWithTexts],
  ['comment.jpg', 'image/jpeg', jpegWithComment],
  ['comment-block.gif', 'image/gif', gifWithComment],
  ['png-as.jpg', 'image/jpeg', () => sample('image/png')],
  ['jpeg-as.pdf', 'application/pdf', () => sample('image/jpeg')],
])

const flood = 64_250

/** Small files that ask for much memory or time. */
const floods = rows('unsupported', [
  ['flood.png', 'image/png', async () => blackPng({ width: flood, height: flood, rows: 4 })],
  ['flood.jpg', 'image/jpeg', floodedJpeg],
  ['flood.webp', 'image/webp', floodedWebp],
  ['flood.gif', 'image/gif', floodedGif],
  ['flood.avif', 'image/avif', floodedAvif],
  ['bomb.png', 'image/png', async () => blackPng({ width: 20_000, height: 20_000, rows: 20_000 })],
  ['frames.gif', 'image/gif', async () => gifOfFrames({ width: 1, height: 1, frames: 40_000 })],
  ['large-frames.gif', 'image/gif', async () => gifOfFrames({ width: 2_000, height: 1_000, frames: 100 })],
  ['cut.jpg', 'image/jpeg', () => truncated('image/jpeg')],
  ['cut.png', 'image/png', () => truncated('image/png')],
  ['cut.webp', 'image/webp', () => truncated('image/webp')],
  ['cut.gif', 'image/gif', () => truncated('image/gif')],
  ['cut.avif', 'image/avif', () => truncated('image/avif')],
])

/** Formats of images and programs that are decoded nowhere: the name, the type, and how a file begins. */
const otherFormats: [ending: string, mediaType: string, head: string][] = [
  ['tiff', 'image/tiff', 'II*\0\x08\0\0\0\0\0'],
  ['bmp', 'image/bmp', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'],
  ['ico', 'image/x-icon', '\0\0\x01\0\x01\0\x10\x10'],
  ['heic', 'image/heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['psd', 'image/vnd.adobe.photoshop', '8BPS\0\x01\0\0\0\0\0\0\0\x03'],
  ['jxl', 'image/jxl', '\xff\x0a\xfa\x1f'],
  ['tga', 'image/x-tga', '\0\0\x02\0\0\0\0\0\0\0\0\0\x10\0\x10\0'],
  ['pcx', 'image/x-pcx', '\x0a\x05\x01\x08'],
  ['xbm', 'image/x-xbitmap', '#define x_width 8\n#define x_height 8\n'],
  ['exe', 'application/vnd.microsoft.portable-executable', 'MZ\x90\0\x03\0\0\0'],
]

const outside = otherFormats.flatMap(([ending, mediaType, head]) => [
  ...rows('download', [[`file.${ending}`, mediaType, head.padEnd(400, '\0')]]),
  ...rows('unsupported', [[`${ending}-as.png`, 'image/png', head.padEnd(400, '\0')]]),
])

/** Files that attack the server or whoever opens them, and what the inspection must make of each. */
export const hostileFiles: readonly HostileFile[] = [
  ...active,
  ...disguised,
  ...harmlessWithoutBytes,
  ...carriers,
  ...floods,
  ...outside,
]

async function sample(type: ImageType): Promise<Buffer> {
  return await encoded(sampleImage(), type)
}

async function followedBy(type: ImageType, text: string): Promise<Buffer> {
  return Buffer.concat([await sample(type), asBytes(text)])
}

async function truncated(type: ImageType): Promise<Buffer> {
  const bytes = await sample(type)
  return bytes.subarray(0, Math.floor(bytes.length * 0.6))
}

/** Puts bytes into others at a place. */
function insert(bytes: Buffer, place: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place)])
}

function overwrite(bytes: Buffer, place: number, added: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  added.copy(changed, place)
  return changed
}

/** After the first chunk: a `tEXt`, an `iTXt` and a compressed `zTXt`. */
async function pngWithTexts(): Promise<Buffer> {
  const texts = [
    pngChunk('tEXt', asBytes(`Comment\0${html}`)),
    pngChunk('iTXt', asBytes(`XML:com.adobe.xmp\0\0\0\0\0${html}`)),
    pngChunk('zTXt', Buffer.concat([asBytes('Title\0\0'), deflateSync(html)])),
  ]
  return insert(await sample('image/png'), 33, Buffer.concat(texts))
}

async function jpegWithComment(): Promise<Buffer> {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(html.length + 2)
  return insert(await sample('image/jpeg'), 2, Buffer.concat([asBytes('\xff\xfe'), length, asBytes(html)]))
}

/** A comment extension before the first image, after the global palette. */
async function gifWithComment(): Promise<Buffer> {
  const gif = await sample('image/gif')
  const paletteBytes = ((gif[10] ?? 0) & 0x80) === 0 ? 0 : 3 * 2 ** (((gif[10] ?? 0) & 7) + 1)
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe, html.length]), asBytes(html), Buffer.from([0])])
  return insert(gif, 13 + paletteBytes, comment)
}

/** The size in the frame header. */
async function floodedJpeg(): Promise<Buffer> {
  const jpeg = await sample('image/jpeg')
  const frame = jpeg.indexOf(asBytes('\xff\xc0'))
  return overwrite(jpeg, frame + 5, Buffer.from([flood >> 8, flood & 255, flood >> 8, flood & 255]))
}

/** The size of the canvas in the extended header. */
async function floodedWebp(): Promise<Buffer> {
  const webp = await sample('image/webp')
  const side = Buffer.from([(flood - 1) & 255, (flood - 1) >> 8, 0])
  const extended = Buffer.concat([asBytes('VP8X\x0a\0\0\0\0\0\0\0'), side, side])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(webp.length - 8 + extended.length)
  return overwrite(insert(webp, 12, extended), 4, length)
}

async function floodedGif(): Promise<Buffer> {
  const gif = gifOfFrames({ width: flood, height: flood, frames: 1 })
  const image = gif.lastIndexOf(Buffer.from([0x2c, 0, 0, 0, 0]))
  return overwrite(gif, image + 5, Buffer.concat([uint16(flood), uint16(flood)]))
}

/** The size in the property `ispe`. */
async function floodedAvif(): Promise<Buffer> {
  const avif = await sample('image/avif')
  return overwrite(avif, avif.indexOf('ispe') + 8, Buffer.concat([uint32(flood), uint32(flood)]))
}
