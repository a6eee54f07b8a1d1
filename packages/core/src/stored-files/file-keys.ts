import { randomBytes } from 'node:crypto'

/** Where the bytes of a file are in the store. */
export const fileKey = (id: string) => `files/${id}/file`
export const thumbnailKey = (id: string) => `files/${id}/thumbnail`
export const partKey = (id: string, part: string) => `uploads/${id}/${part}`
export const avatarKey = (userId: number, avatarId: string) => `avatars/${userId}/${avatarId}`
/** The prefixes of everything that is stored. */
export const keyPrefixes = ['files/', 'uploads/', 'avatars/'] as const
export type KeyPrefix = (typeof keyPrefixes)[number]

/** 128 random bits in hexadecimal. */
export function newFileId(): string {
  return randomBytes(16).toString('hex')
}

/** Two requests may receive a part at the same place, and only one of them is taken: so each has a name of its own. */
export function newPartName(offset: number): string {
  return `${String(offset).padStart(12, '0')}-${randomBytes(6).toString('hex')}`
}

/** Returns the id of the file that a key belongs to. */
export function fileIdOf(key: string): string | undefined {
  return /^(?:files|uploads)\/([0-9a-f]{32})\//.exec(key)?.[1]
}

/** Returns whose picture a key is, and the name of the picture. */
export function avatarOf(key: string): { userId: number; avatarId: string } | undefined {
  const [, userId, avatarId] = /^avatars\/(\d{1,15})\/([0-9a-f]{32})$/.exec(key) ?? []
  return userId === undefined || avatarId === undefined ? undefined : { userId: Number(userId), avatarId }
}
