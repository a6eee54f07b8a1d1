import { findProgram } from './find-program.ts'

/**
 * Programs that these tests need and npm does not install. The test command finds or installs them and passes their
 * paths in the environment; Vitest alone searches for installed ones. A missing program is null, and the tests that
 * need it are skipped (with CI=true the run without a browser fails at its end).
 */
export const tools = {
  chromium:
    process.env['DESKBELL_CHROMIUM'] ||
    findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'),
  nginx: process.env['DESKBELL_NGINX'] || findProgram('nginx'),
}
