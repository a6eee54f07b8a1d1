import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Route } from './route.ts'

const titles: Record<Exclude<Route['page'], 'chats'>, MessageDescriptor> = {
  home: msg`Live chat on your own server`,
  clientLogin: msg`Sign in as a client`,
  operatorLogin: msg`Sign in as an operator`,
  notFound: msg`Page not found`,
}

/** Chats pages name themselves: they say what is in them. */
export function pageTitle(i18n: I18n, page: Exclude<Route['page'], 'chats'>): string {
  return `${i18n._(titles[page])} – Deskbell`
}
