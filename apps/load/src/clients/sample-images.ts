import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import type { SampleImage } from './orders.ts'

type Sample = Omit<SampleImage, 'base64'> & { orientation?: number }

/** One of each type, from one pixel on, and one that stands on its side. */
const samples: readonly Sample[] = [
  { ending: 'jpg', mediaType: 'image/jpeg', width: 320, height: 240 },
  // As a phone takes it that is held upright: the pixels lie, and a tag says so.
  { ending: 'jpg', mediaType: 'image/jpeg', width: 90, height: 160, orientation: 6 },
  { ending: 'png', mediaType: 'image/png', width: 1, height: 1 },
  { ending: 'png', mediaType: 'image/png', width: 200, height: 150 },
  { ending: 'webp', mediaType: 'image/webp', width: 120, height: 80 },
  { ending: 'gif', mediaType: 'image/gif', width: 60, height: 40 },
  { ending: 'avif', mediaType: 'image/avif', width: 64, height: 48 },
]

/** Small real images, the same in each run. */
export async function sampleImages(): Promise<SampleImage[]> {
  return await Promise.all(
    samples.map(async ({ orientation, ...sample }) => {
      const { width, height } = sample
      const lying = { width: height, height: width }
      const image =
        orientation === undefined ? sampleImage({ width, height }) : sampleImage(lying).withMetadata({ orientation })
      const type = sample.mediaType as Parameters<typeof encoded>[1]
      return { ...sample, base64: (await encoded(image, type)).toString('base64') }
    }),
  )
}
