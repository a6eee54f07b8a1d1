import { errorCode, SdkError } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { useRef, useState } from 'react'
import { useAnnounce } from '../../components/announcer.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { useSession } from '../../lib/session.ts'
import { useErrorWords } from './section.tsx'

const imageTypes = 'image/jpeg,image/png,image/webp,image/gif,image/avif'
/** As the server has it. */
const bytesMax = 5 * 1024 * 1024

type Running = 'upload' | 'remove' | null

/** The own picture as others see it: the server crops it to a square. */
export function OwnAvatar() {
  const { t } = useLingui()
  const { sdk, user } = useSession()
  const announce = useAnnounce()
  const failureWords = useFailureWords()
  const inputRef = useRef<HTMLInputElement>(null)
  const buttonsRef = useRef<HTMLDivElement>(null)
  const [running, setRunning] = useState<Running>(null)
  const [error, setError] = useState<unknown>(null)
  const change = async (kind: NonNullable<Running>, image: File | null) => {
    if (running !== null) return
    setRunning(kind)
    setError(null)
    try {
      if (image !== null && image.size > bytesMax) throw new SdkError('too_large')
      await sdk.setAvatar(image)
      announce(image === null ? t`Photo removed` : t`Photo changed`)
      // The button that removes is gone with the photo.
      if (image === null) buttonsRef.current?.querySelector('button')?.focus()
    } catch (failure) {
      setError(failure)
    }
    setRunning(null)
  }
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <Avatar id={user.id} name={user.name} url={user.avatarUrl} size="huge" />
        <div className="grid min-w-0 flex-1 basis-60 justify-items-start gap-2">
          <div ref={buttonsRef} className="flex flex-wrap gap-2">
            <Button busy={running === 'upload'} onClick={() => inputRef.current?.click()}>
              {user.avatarUrl ? <Trans>Change photo</Trans> : <Trans>Upload photo</Trans>}
            </Button>
            {user.avatarUrl && (
              <Button look="danger" busy={running === 'remove'} onClick={() => void change('remove', null)}>
                <Trans>Remove photo</Trans>
              </Button>
            )}
          </div>
          <p className="text-small text-ink-2">
            <Trans>
              Clients and operators see it. JPEG, PNG, WebP, GIF or AVIF, up to 5 MB. We’ll crop it to a square.
            </Trans>
          </p>
        </div>
      </div>
      <input
        ref={inputRef}
        type="file"
        accept={imageTypes}
        hidden
        aria-label={t`Photo`}
        onChange={({ currentTarget }) => {
          const [image] = currentTarget.files ?? []
          // The same file may be chosen again.
          currentTarget.value = ''
          if (image !== undefined) void change('upload', image)
        }}
      />
      <p role="alert" className="text-small text-danger-text empty:hidden">
        {error !== null && failureWords(error)}
      </p>
    </div>
  )
}

function useFailureWords(): (error: unknown) => string {
  const { t } = useLingui()
  const errorWords = useErrorWords()
  return (error) => {
    const code = errorCode(error)
    if (code === 'too_large') return t`This photo is larger than 5 MB. Choose a smaller one.`
    if (code === 'unsupported_file')
      return t`We can’t read this file as a photo. Choose a JPEG, PNG, WebP, GIF or AVIF.`
    if (code === 'quota_exceeded') return t`There’s no room for more files on the server. Ask an admin.`
    return errorWords(error)
  }
}
