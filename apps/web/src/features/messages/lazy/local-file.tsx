import { useEffect, useState } from 'react'
import { FileIcon } from './file-icon.tsx'
import { useFileSize } from './use-file-size.ts'

/** Reports whether every supported browser shows files of this type as images. */
export function isShownImage(mediaType: string): boolean {
  return /^image\/(?:jpeg|png|webp|gif|avif)$/.test(mediaType)
}

type LocalImageProps = { readonly blob: Blob; readonly name: string; readonly className: string }

/** An image of this device. One that cannot be decoded is shown as a file. */
export function LocalImage({ blob, name, className }: LocalImageProps) {
  const url = useUrlOf(blob)
  const [isBroken, setBroken] = useState(false)
  if (isBroken) {
    return (
      <div className="flex min-h-16 max-w-60 items-center rounded-control border border-line bg-raised ps-3 pe-10 text-ink">
        <FileName name={name} bytes={blob.size} />
      </div>
    )
  }
  return url === null ? (
    <div className={className} />
  ) : (
    <img src={url} alt={name} title={name} className={className} onError={() => setBroken(true)} />
  )
}

function useUrlOf(blob: Blob): string | null {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  return url
}

export function FileName({ name, bytes }: { name: string; bytes: number }) {
  const format = useFileSize()
  return (
    <span className="flex min-w-0 items-center gap-2">
      <FileIcon name="clip" />
      <span className="flex min-w-0 flex-col">
        <bdi title={name} className="truncate">
          {name}
        </bdi>
        <span className="text-meta text-ink-3">{format(bytes)}</span>
      </span>
    </span>
  )
}
