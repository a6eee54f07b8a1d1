import { findProgram } from './find-program.ts'

/**
 * Programs that these tests need and npm does not bring. The test command finds or installs them and hands
 * their paths over in the environment; a run of vitest alone looks for installed ones.
 * A missing one is null, and the tests that need it are skipped visibly (with CI=true the run fails before).
 */
export const tools = {
  chromium:
    process.env['DESKBELL_CHROMIUM'] ||
    findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'),
  nginx: process.env['DESKBELL_NGINX'] || findProgram('nginx'),
}
