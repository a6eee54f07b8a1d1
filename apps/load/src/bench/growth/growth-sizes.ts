import type { DatabaseSize } from '@deskbell/testkit/database/fill-database'

export type GrowthSize = DatabaseSize & { name: string }

/** From the smallest to the largest. Each has more open chats of every kind than two pages show, so pages are equally long. */
export const fullSizes: readonly GrowthSize[] = [
  { name: '10 k', messages: 10_000, chats: 1_000, openChats: 400 },
  { name: '1 M', messages: 1_000_000, chats: 100_000, openChats: 5_000 },
  { name: '10 M', messages: 10_000_000, chats: 1_000_000, openChats: 20_000 },
]

export const quickSizes: readonly GrowthSize[] = [
  { name: '10 k', messages: 10_000, chats: 1_000, openChats: 400 },
  { name: '20 k', messages: 20_000, chats: 2_000, openChats: 400 },
]
