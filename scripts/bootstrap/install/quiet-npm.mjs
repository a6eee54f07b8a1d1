import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { toolsDir } from '../paths.mjs'

/** The environment for npm and pnpm: no chatter, no questions, and a home to write to where there is none. */
export function quietNpm() {
  const env = { ...process.env, npm_config_loglevel: 'error', npm_config_update_notifier: 'false' }
  // npm hands its own settings down as variables; those of the start command must not reach the install.
  for (const name of ['npm_config_prefix', 'npm_config_global', 'npm_config_production', 'NODE_ENV']) delete env[name]
  return { ...env, TURBO_TELEMETRY_DISABLED: '1', ...(homeIsWritable() ? {} : { HOME: toolsHome() }) }
}

function homeIsWritable() {
  try {
    accessSync(homedir(), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function toolsHome() {
  const home = join(toolsDir, 'home')
  mkdirSync(home, { recursive: true })
  return home
}
