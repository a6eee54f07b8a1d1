import type { User } from '@deskbell/sdk'
import { createContext } from 'react'

/** The user as far as this device knows: the page is rendered before the server has answered. */
export const UserContext = createContext<User | null>(null)
