import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

const routes = '<rootDir>/src/app/routes'
const pages = [
  '<rootDir>/src/features/chats/own/closed-*.tsx',
  '<rootDir>/src/features/messages/tools/**',
  '<rootDir>/src/features/chats/own/own-chat-list.tsx',
  '<rootDir>/src/app/page-title.ts',
  `${routes}/home-page.tsx`,
  `${routes}/login-page.tsx`,
  `${routes}/not-found-page.tsx`,
  `${routes}/public-layout.tsx`,
  '<rootDir>/src/features/auth/account-panel.tsx',
  '<rootDir>/src/features/auth/sign-in-form.tsx',
  '<rootDir>/src/features/auth/sign-out-dialog.tsx',
  '<rootDir>/src/components/person-fields.tsx',
  '<rootDir>/src/components/preferences.tsx',
]
const operators = ['<rootDir>/src/features/chats/console/**', `${routes}/console/**`]

/** Three catalogues a language, so that a client who opens the chat loads what the chat says and no more. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'ru'],
  catalogs: [
    { path: '<rootDir>/src/locales/{locale}/console', include: operators },
    { path: '<rootDir>/src/locales/{locale}/pages', include: pages },
    { path: '<rootDir>/src/locales/{locale}/common', include: ['<rootDir>/src'], exclude: [...operators, ...pages] },
  ],
  format: formatter({ lineNumbers: false }),
})
