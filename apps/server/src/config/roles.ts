import type { Settings } from './settings.ts'

export type RoleParts = { readonly api: boolean; readonly live: boolean; readonly pages: boolean }

/** What each process role serves. All roles serve `/healthz` and `/readyz`. */
export const roles: Record<Settings['ROLE'], RoleParts> = {
  all: { api: true, live: true, pages: true },
  api: { api: true, live: false, pages: true },
  live: { api: false, live: true, pages: false },
}
