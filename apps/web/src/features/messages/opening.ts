import { newId } from '@deskbell/sdk'
import { readStored, writeStored } from '../../lib/local-store.ts'

/**
 * A chat that is being made by its first message. Both ids are made once and kept until the chat is there,
 * so however often this is repeated, also by another page after a reload, it makes one chat and one message.
 */
export type Opening = {
  readonly clientChatId: string
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
}

export function newOpening(text: string): Opening {
  return {
    clientChatId: newId(),
    clientMsgId: newId(),
    text,
    createdAt: new Date().toISOString(),
  }
}

export function readOpening(userId: number): Opening | null {
  try {
    const value: unknown = JSON.parse(readStored(openingKey(userId)) ?? 'null')
    return isOpening(value) ? value : null
  } catch {
    return null
  }
}

export function writeOpening(userId: number, opening: Opening | null): void {
  writeStored(openingKey(userId), opening === null ? null : JSON.stringify(opening))
}

const fields = ['clientChatId', 'clientMsgId', 'text', 'createdAt']

function isOpening(value: unknown): value is Opening {
  return (
    typeof value === 'object' &&
    value !== null &&
    fields.every((field) => typeof Reflect.get(value, field) === 'string')
  )
}

function openingKey(userId: number): string {
  return `deskbell.opening.${userId}`
}
