import type { ImageType } from './image-type.ts'

/**
 * What the decoder process is asked for. The files at `imagePath` and `thumbnailPath` are made. With `square` the image is
 * cropped to a square of so many pixels, in WebP, and has no thumbnail.
 */
export type DecodeOrder = {
  path: string
  type: ImageType
  imagePath: string
  thumbnailPath: string
  square: number | null
}

/** AVIF is made into another type: browsers that cannot show it are still in use. */
export type MadeType = Exclude<ImageType, 'image/avif'>

export type MadeImage = {
  mediaType: MadeType
  bytes: number
  width: number
  height: number
  thumbHash: string
  thumbnailBytes: number
}

/**
 * What the decoder process says. `ready`: once, when it can decode. `unsupported`: the file cannot be decoded within the
 * limits. `failed`: it is not the file's fault; the reason is for the log.
 */
export type DecoderMessage =
  | { kind: 'ready' }
  | { kind: 'made'; image: MadeImage }
  | { kind: 'unsupported' }
  | { kind: 'failed'; reason: string }
