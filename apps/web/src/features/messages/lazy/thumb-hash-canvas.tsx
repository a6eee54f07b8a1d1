import { useEffect, useRef } from 'react'
import { thumbHashToRGBA } from 'thumbhash'

/** The blurred image that stands in a place until the image itself is loaded. */
export function ThumbHashCanvas({ hash }: { hash: string }) {
  const ref = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const canvas = ref.current
    const image = decoded(hash)
    if (canvas === null || image === null) return
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext('2d')?.putImageData(image, 0, 0)
  }, [hash])
  return <canvas ref={ref} className="absolute inset-0 size-full object-cover" />
}

function decoded(hash: string): ImageData | null {
  try {
    const bytes = Uint8Array.from(atob(hash), (char) => char.charCodeAt(0))
    const { w, h, rgba } = thumbHashToRGBA(bytes)
    return new ImageData(new Uint8ClampedArray(rgba), w, h)
  } catch {
    return null
  }
}
