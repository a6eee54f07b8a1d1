import { readStored, writeStored } from './local-store.ts'

/** Single letters as shortcuts get in the way of speech input, so they can be switched off. */
const storageKey = 'deskbell.shortcuts'

export function readShortcuts(): boolean {
  return readStored(storageKey) !== 'off'
}

export function writeShortcuts(on: boolean): void {
  writeStored(storageKey, on ? null : 'off')
}
