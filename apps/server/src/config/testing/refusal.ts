import { StartupError } from '../../start/startup-error.ts'
import { parseConfig } from '../config.ts'

/** For tests: returns the line with which these settings are refused. */
export function refusal(env: Record<string, string>): string {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof StartupError) return error.message
    throw error
  }
  throw new Error('These settings were accepted.')
}
