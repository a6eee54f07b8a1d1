import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

const routes = '<rootDir>/src/app/routes'
const pages = [
  '<rootDir>/src/app/page-title.ts',
  `${routes}/home-page.tsx`,
  `${routes}/login-page.tsx`,
  `${routes}/not-found-page.tsx`,
  `${routes}/public-layout.tsx`,
  '<rootDir>/src/features/auth/sign-in-form.tsx',
  '<rootDir>/src/components/person-fields.tsx',
  '<rootDir>/src/components/preferences.tsx',
]
/** What the chats pages load later, a part at a time. */
const parts = [
  '<rootDir>/src/features/chats/own/closed-*.tsx',
  '<rootDir>/src/features/messages/tools/**',
  '<rootDir>/src/features/chats/own/own-chat-list.tsx',
  '<rootDir>/src/features/auth/account-panel.tsx',
  '<rootDir>/src/features/auth/sign-out-dialog.tsx',
]
/** What every page has: the frame's code in vite.config.ts. */
const frame = [
  '<rootDir>/src/app/*.tsx',
  '<rootDir>/src/components/brand.tsx',
  '<rootDir>/src/components/broken-page.tsx',
  '<rootDir>/src/components/error-words.ts',
  '<rootDir>/src/components/update-notice.tsx',
]
const operators = [
  '<rootDir>/src/features/chats/console/**',
  '<rootDir>/src/features/messages/console/**',
  `${routes}/console/**`,
]

/** Five catalogues a language, so that a page loads what it says and little more. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'ru'],
  catalogs: [
    { path: '<rootDir>/src/locales/{locale}/console', include: operators },
    { path: '<rootDir>/src/locales/{locale}/pages', include: pages },
    { path: '<rootDir>/src/locales/{locale}/parts', include: parts },
    { path: '<rootDir>/src/locales/{locale}/common', include: frame },
    {
      path: '<rootDir>/src/locales/{locale}/chat',
      include: ['<rootDir>/src'],
      exclude: [...operators, ...pages, ...parts, ...frame],
    },
  ],
  format: formatter({ lineNumbers: false }),
})
