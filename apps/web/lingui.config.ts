import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

/** Two catalogues a language: what only the operators' console says is not loaded by anybody else. */
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'ru'],
  catalogs: [
    {
      path: '<rootDir>/src/locales/{locale}/console',
      include: ['<rootDir>/src/features/chats/console', '<rootDir>/src/app/routes/console'],
    },
    {
      path: '<rootDir>/src/locales/{locale}/common',
      include: ['<rootDir>/src'],
      exclude: ['<rootDir>/src/features/chats/console/**', '<rootDir>/src/app/routes/console/**'],
    },
  ],
  format: formatter({ lineNumbers: false }),
})
