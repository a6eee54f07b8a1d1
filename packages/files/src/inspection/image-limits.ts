/** Of one frame: width × height. A frame of this size takes 160 MB in memory. */
export const framePixelsMax = 40_000_000
/** Of all frames of an animation. Each is decoded and encoded anew, which takes time rather than memory. */
export const totalPixelsMax = 100_000_000
export const framesMax = 500
/** In pixels, on the longer side. */
export const thumbnailSideMax = 640
