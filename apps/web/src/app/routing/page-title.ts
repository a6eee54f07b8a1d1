import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useEffect } from 'react'
import type { Route } from './route.ts'

const titles: Record<Exclude<Route['page'], 'chats'>, MessageDescriptor> = {
  home: msg`Live chat on your own server`,
  clientLogin: msg`Sign in as a client`,
  operatorLogin: msg`Sign in as an operator`,
  notFound: msg`Page not found`,
}

/** Chats pages set their own title, because it depends on their content. */
export function pageTitle(i18n: I18n, page: Exclude<Route['page'], 'chats'>): string {
  return `${i18n._(titles[page])} – Deskbell`
}

/**
 * Sets the title of the tab, such as `(3) Anna – Deskbell`: the unread count of this user, and what is open. Chats of
 * colleagues are not counted.
 */
export function useTitle(page: string, unread: number): void {
  useEffect(() => {
    document.title = `${unread === 0 ? '' : `(${unread}) `}${page} – Deskbell`
  }, [page, unread])
}
