import { readFile, stat } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { thumbHashToApproximateAspectRatio } from 'thumbhash'
import { beforeAll, expect, test } from 'vitest'
import { openInspection } from '../testing/open-inspection.ts'
import { blackPng, encoded, gifOfFrames, sampleAnimation, sampleImage } from '../testing/sample-images.ts'
import { type Claim, claimedImageType, downloadType, type ImageType } from './image-type.ts'

const types: ImageType[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']

let inspection: Awaited<ReturnType<typeof openInspection>>
beforeAll(async () => {
  inspection = await openInspection()
  return () => inspection[Symbol.asyncDispose]()
})
const inspect = (bytes: Buffer, claimed?: Claim) => inspection.inspect(bytes, claimed)
const make = (bytes: Buffer) => inspection.make(bytes)

test('[FILE-30] the type comes from the bytes, whatever the sender claims, and without them from the claim', async () => {
  const png = await encoded(sampleImage(), 'image/png')
  const claims = ['image/jpeg', 'text/html', 'application/octet-stream', '', 'nonsense', 'image/png; a=b']
  for (const mediaType of claims) {
    expect(await inspect(png, { mediaType, name: 'x.html' })).toMatchObject({ kind: 'image', mediaType: 'image/png' })
  }
  const text = Buffer.from('text')
  expect(await inspect(text, { mediaType: 'text/plain', name: 'x.png' })).toEqual({
    kind: 'download',
    mediaType: 'text/plain',
  })
  expect(await inspect(text, { mediaType: '', name: 'x.PNG' })).toEqual({ kind: 'unsupported' })
})

test('[FILE-30] a claim is compared without parameters and letter case', () => {
  const named = (name: string) => claimedImageType({ mediaType: '', name })
  expect(
    [' IMAGE/Png;charset=x', 'image/jpg', 'image/svg+xml', 'image/tiff', 'png'].map((mediaType) =>
      claimedImageType({ mediaType, name: 'x' }),
    ),
  ).toEqual(['image/png', 'image/jpeg', null, null, null])
  expect(['a.jfif', 'a.b.WEBP', 'png', '.png', 'a.png.', 'a.png/..'].map(named)).toEqual([
    'image/jpeg',
    'image/webp',
    null,
    null,
    null,
    null,
  ])
})

test('[FILE-30] a download keeps a type that nothing runs, and no other', () => {
  const kept = ['application/pdf', 'text/csv', 'video/mp4', 'image/heic', 'application/vnd.oasis.opendocument.text']
  expect(kept.map((mediaType) => downloadType({ mediaType: `${mediaType.toUpperCase()} ; x=y`, name: '' }))).toEqual(
    kept,
  )
  const active = [
    'text/html',
    'image/svg+xml',
    'image/svg',
    'text/xml',
    'application/x-msdownload',
    'a/b\r\nx: y',
    '',
    'x',
  ]
  for (const mediaType of active) expect(downloadType({ mediaType, name: 'x.pdf' })).toBe('application/octet-stream')
})

test.each(types)('[FILE-31] %s is made upright and without any metadata, in 0600', async (type) => {
  // Red on the left and blue on the right, turned a quarter: upright, red is at the top.
  const red = await sharp({ create: { width: 60, height: 80, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const image = sharp({ create: { width: 120, height: 80, channels: 3, background: 'blue' } }).composite([
    { input: red, left: 0, top: 0 },
  ])
  const isTurned = type !== 'image/gif' && type !== 'image/avif'
  const gps = {
    GPSLatitudeRef: 'N',
    GPSLatitude: '52/1 31/1 12/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '13/1 24/1 18/1',
  }
  const described = image
    .withExif({ IFD0: { Copyright: 'hidden-copyright', Model: 'hidden-model' }, IFD3: gps })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><hidden-xmp/></x:xmpmeta>')
  // A GIF holds no profile, and sharp would still convert its colours.
  if (type !== 'image/gif') described.withIccProfile('p3')
  const bytes = await encoded(isTurned ? described.withMetadata({ orientation: 6 }) : described, type)
  if (type !== 'image/gif') expect((await sharp(bytes).metadata()).exif).toBeDefined()
  const made = await make(bytes)
  expect([made.width, made.height]).toEqual(isTurned ? [80, 120] : [120, 80])
  for (const path of [made.path, made.thumbnail.path]) {
    const { exif, xmp, iptc, icc, orientation, comments, space } = await sharp(path).metadata()
    expect({ exif, xmp, iptc, icc, orientation, comments, space }).toEqual({ space: 'srgb' })
    expect(await readFile(path, 'latin1')).not.toMatch(/hidden|Exif|xmp|ICC|iCCP|Photoshop|GPS/i)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await colorAt(sharp(path), isTurned ? [0.5, 0.2] : [0.2, 0.5])).toEqual('red')
    expect(await colorAt(sharp(path), isTurned ? [0.5, 0.8] : [0.8, 0.5])).toEqual('blue')
  }
})

/** Red or blue, if the pixel at this part of the width and height is nearly that. */
async function colorAt(image: Sharp, [x, y]: [number, number]): Promise<string> {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const place = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
  const [red = 0, green = 0, blue = 0] = data.subarray(place, place + 3)
  if (red > 225 && green < 30 && blue < 30) return 'red'
  return blue > 225 && green < 30 && red < 30 ? 'blue' : `${red} ${green} ${blue}`
}

test('[FILE-31] a JPEG is made of the segments that its pixels need, and nothing follows its end', async () => {
  const { path } = await make(Buffer.concat([await encoded(sampleImage(), 'image/jpeg'), Buffer.from('<html>')]))
  const bytes = await readFile(path)
  const segments = new Set<number>()
  for (let place = 2; bytes[place + 1] !== 0xda; place += 2 + bytes.readUInt16BE(place + 2))
    segments.add(bytes[place + 1] ?? 0)
  // Quantization tables, the progressive frame, Huffman tables.
  expect([...segments].toSorted((a, b) => a - b)).toEqual([0xc2, 0xc4, 0xdb])
  expect(bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]))
})

test('[FILE-31] CMYK, 16 bits, grey and transparency become what every browser shows', async () => {
  const cmyk = await make(await sampleImage().toColourspace('cmyk').jpeg().toBuffer())
  expect(await sharp(cmyk.path).metadata()).toMatchObject({ space: 'srgb', channels: 3 })
  const deep = await make(await sampleImage().toColourspace('rgb16').png().toBuffer())
  expect(await sharp(deep.path).metadata()).toMatchObject({ space: 'srgb', depth: 'uchar' })
  const grey = await make(await sampleImage().greyscale().png().toBuffer())
  expect(grey).toMatchObject({ mediaType: 'image/png', width: 200, height: 150 })
  const clear = await make(await sampleImage({ channels: 4 }).avif({ effort: 0 }).toBuffer())
  expect(await sharp(clear.path).metadata()).toMatchObject({ format: 'webp', hasAlpha: true })
})

test.each([
  ['image/jpeg', 'image/jpeg'],
  ['image/png', 'image/png'],
  ['image/webp', 'image/webp'],
  ['image/gif', 'image/gif'],
  ['image/avif', 'image/webp'],
] as const)(
  '[FILE-32] %s is made into %s, and its size and bytes are those of the made file',
  async (type, madeType) => {
    const made = await make(await encoded(sampleImage(), type))
    const file = await readFile(made.path)
    expect(made).toMatchObject({ mediaType: madeType, width: 200, height: 150, bytes: file.length })
    expect(`image/${(await sharp(file).metadata()).format}`).toBe(madeType)
    expect(made.thumbnail).toMatchObject({
      mediaType: 'image/webp',
      bytes: (await readFile(made.thumbnail.path)).length,
    })
  },
)

test('[FILE-32] a PNG keeps every pixel', async () => {
  const image = sampleImage({ channels: 4 })
  const { path } = await make(await image.clone().png().toBuffer())
  expect((await sharp(path).raw().toBuffer()).equals(await image.raw().toBuffer())).toBe(true)
})

test('[FILE-32] an animation keeps its frames, their times and its loops; its thumbnail is the first frame', async () => {
  const timing = { delay: [100, 200, 300, 400], loop: 3 }
  for (const type of ['gif', 'webp'] as const) {
    const made = await make(await sampleAnimation()[type](timing).toBuffer())
    expect(made).toMatchObject({ mediaType: `image/${type}`, width: 60, height: 40 })
    expect(await sharp(made.path).metadata()).toMatchObject({ pages: 4, ...timing })
    const thumbnail = await sharp(made.thumbnail.path).metadata()
    expect([thumbnail.width, thumbnail.height, thumbnail.pages ?? 1]).toEqual([60, 40, 1])
  }
})

test('[FILE-32] an AVIF that is longer than a WebP can be becomes a JPEG', async () => {
  const long = sharp({ create: { width: 16_384, height: 16, channels: 3, background: 'red' } })
  const made = await make(await long.avif({ effort: 0 }).toBuffer())
  expect(made).toMatchObject({ mediaType: 'image/jpeg', width: 16_384, height: 16 })
  expect(await sharp(made.thumbnail.path).metadata()).toMatchObject({ width: 640, height: 1 })
})

test.each([
  [2_000, 1_000, 640, 320],
  [300, 900, 213, 640],
  [641, 2, 640, 2],
  [10, 20, 10, 20],
  [1, 1, 1, 1],
])('[FILE-33] the thumbnail of %i×%i is %i×%i, and its ThumbHash has this ratio', async (width, height, ...small) => {
  const made = await make(await encoded(sampleImage({ width, height }), 'image/jpeg'))
  const thumbnail = await sharp(made.thumbnail.path).metadata()
  expect([thumbnail.width, thumbnail.height]).toEqual(small)
  const hash = Buffer.from(made.thumbHash, 'base64')
  expect(hash.length).toBeLessThanOrEqual(25)
  expect(hash.toString('base64')).toBe(made.thumbHash)
  const ratio = thumbHashToApproximateAspectRatio(hash)
  if (Math.max(width, height) < 4 * Math.min(width, height))
    expect(Math.abs(ratio * (height / width) - 1)).toBeLessThan(0.25)
})

test('[FILE-34] 40 megapixels a frame, 500 frames and 100 megapixels in all are decoded, and not a pixel or frame more', async () => {
  const kindOf = async (bytes: Buffer) => (await inspect(bytes)).kind
  expect(await kindOf(blackPng({ width: 8_000, height: 5_000, rows: 5_000 }))).toBe('image')
  expect(await kindOf(blackPng({ width: 8_000, height: 5_001, rows: 5_001 }))).toBe('unsupported')
  expect(await kindOf(gifOfFrames({ width: 9, height: 9, frames: 500 }))).toBe('image')
  expect(await kindOf(gifOfFrames({ width: 9, height: 9, frames: 501 }))).toBe('unsupported')
  expect(await kindOf(gifOfFrames({ width: 1_000, height: 1_000, frames: 100 }))).toBe('image')
  expect(await kindOf(gifOfFrames({ width: 1_000, height: 1_001, frames: 100 }))).toBe('unsupported')
})

test.each(types)('[FILE-34] %s that is cut anywhere is unsupported, and never half an image', async (type) => {
  const bytes = await encoded(sampleImage(), type)
  const before = await inspection.madeFiles()
  for (let part = 0.03; part < 0.99; part += 0.08) {
    const cut = bytes.subarray(0, Math.floor(bytes.length * part))
    const claimed = { mediaType: type, name: '' }
    expect([part, await inspect(cut, claimed)]).toEqual([part, { kind: 'unsupported' }])
  }
  expect(await inspection.madeFiles()).toEqual(before)
})
