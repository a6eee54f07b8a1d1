import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

const app = '<rootDir>/src/app'
const home = [`${app}/pages/public/home-page.tsx`]
const pages = [
  `${app}/routing/page-title.ts`,
  `${app}/pages/public/public-layout.tsx`,
  '<rootDir>/src/components/form/**',
]
/** What the chats pages load later, a part at a time. */
const parts = ['<rootDir>/src/**/lazy/**']
/** What every page has: the frame's code in vite.config.ts. */
const frame = [
  `${app}/*.tsx`,
  `${app}/routing/*.tsx`,
  '<rootDir>/src/components/boundary.tsx',
  '<rootDir>/src/components/brand.tsx',
  '<rootDir>/src/components/error-message.ts',
  '<rootDir>/src/components/notice.tsx',
]
const operators = [
  '<rootDir>/src/features/chats/console/**',
  '<rootDir>/src/features/messages/console/**',
  `${app}/pages/operator/**`,
]

/** The sign-in of open mode. */
const login = [`${app}/pages/public/login-page.tsx`, '<rootDir>/src/features/auth/sign-in-form.tsx']
const signIn = [`${app}/pages/accounts/account-pages.tsx`, '<rootDir>/src/features/auth/accounts/sign-in-forms.tsx']
const links = [
  `${app}/pages/accounts/account-link-page.tsx`,
  '<rootDir>/src/features/auth/accounts/account-link-form.tsx',
]
/** What both have. */
const accounts = [`${app}/pages/accounts/form-page.tsx`, '<rootDir>/src/components/accounts/*']
const settings = [`${app}/pages/settings/**`, '<rootDir>/src/features/settings/**']

/** Eleven catalogues a language, so that a page loads what it says and little more. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'ru'],
  catalogs: [
    { path: '<rootDir>/src/locales/{locale}/console', include: operators },
    { path: '<rootDir>/src/locales/{locale}/home', include: home },
    { path: '<rootDir>/src/locales/{locale}/pages', include: pages },
    { path: '<rootDir>/src/locales/{locale}/login', include: login },
    { path: '<rootDir>/src/locales/{locale}/accounts', include: accounts },
    { path: '<rootDir>/src/locales/{locale}/sign-in', include: signIn },
    { path: '<rootDir>/src/locales/{locale}/links', include: links },
    { path: '<rootDir>/src/locales/{locale}/settings', include: settings },
    { path: '<rootDir>/src/locales/{locale}/parts', include: parts, exclude: settings },
    { path: '<rootDir>/src/locales/{locale}/common', include: frame },
    {
      path: '<rootDir>/src/locales/{locale}/chat',
      include: ['<rootDir>/src'],
      exclude: [
        ...operators,
        ...home,
        ...pages,
        ...login,
        ...accounts,
        ...signIn,
        ...links,
        ...settings,
        ...parts,
        ...frame,
      ],
    },
  ],
  format: formatter({ lineNumbers: false }),
})
