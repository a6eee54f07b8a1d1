import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useEffect } from 'react'
import type { Route } from './route.ts'

/** Other pages set their own title, because it depends on their content. */
const titles = {
  home: msg`Live chat on your own server`,
  clientLogin: msg`Sign in as a client`,
  operatorLogin: msg`Sign in as an operator`,
  guestSignIn: msg`Start a chat`,
  operatorSignIn: msg`Sign in as an operator`,
  notFound: msg`Page not found`,
} satisfies { readonly [page in Route['page']]?: MessageDescriptor }

export type TitledPage = keyof typeof titles

export function isTitled(page: string): page is TitledPage {
  return page in titles
}

export function pageTitle(i18n: I18n, page: TitledPage): string {
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
