import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'
import { DataFolderError } from './data-folder-error.ts'
import { type SystemUser, userById, userByName } from './system-users.ts'

/*
 * PostgreSQL refuses to run as root. Started as root, Deskbell hands it to an unprivileged user, and that user has to
 * reach two places: the data folder (0700, root's) and the binaries (perhaps under a 0700 home). Moving either would
 * surprise whoever looks for them, so the process is given one capability instead: to pass and to read, not to write.
 * Where the kernel withholds that one (containers often do), the wider `dac_override` is the second choice.
 * Because the server can then read every file, the product's database role is never a superuser.
 */

export type RunAs = {
  /** Who owns the cluster; undefined: the user of this process, nothing has to be handed over. */
  user: SystemUser | undefined
  spawn(program: string, args: string[], options?: SpawnOptions): ChildProcess
}

const capabilities = ['dac_read_search', 'dac_override']

/** Chooses the user, and the first way in which it can run `program` and enter `folder`. */
export async function chooseRunAs(program: string, folder: string): Promise<RunAs> {
  const user = process.geteuid?.() === 0 ? await unprivilegedUser(folder) : undefined
  if (!user) refuseNameless()
  const ways = user ? [plainly(user), ...capabilities.map((name) => withCapability(user, name))] : [asSelf]
  let complaint = ''
  for (const way of ways) {
    const tried = await tryOut(way, program, folder)
    if (tried.works) return way
    complaint ||= tried.complaint
  }
  throw new DataFolderError(refusal(user, folder, complaint))
}

/** Every child gets this and nothing else: no PGPORT, no locale, no secret of ours. */
export const childEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

const asSelf: RunAs = {
  user: undefined,
  spawn: (program, args, options) => spawn(program, args, { cwd: '/', env: childEnvironment, ...options }),
}

function plainly(user: SystemUser): RunAs {
  const { uid, gid } = user
  return { user, spawn: (program, args, options) => asSelf.spawn(program, args, { ...options, uid, gid }) }
}

function withCapability(user: SystemUser, capability: string): RunAs {
  const drop = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  // Without the last, the kernel leaves the capability out of account in access(2), by which initdb looks for postgres.
  const keep = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--securebits=+no_setuid_fixup']
  return {
    user,
    // setpriv replaces itself by the program: the process id stays.
    spawn: (program, args, options) => asSelf.spawn('setpriv', [...drop, ...keep, '--', program, ...args], options),
  }
}

/** An existing folder decides, so that another choice on another day does not lock its database out. */
async function unprivilegedUser(folder: string): Promise<SystemUser> {
  const { uid } = await stat(folder)
  const owner = uid === 0 ? undefined : await userById(uid)
  const user = owner ?? (await userByName('postgres')) ?? (await userByName('nobody'))
  if (user && user.uid !== 0) return user
  throw new DataFolderError(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as: start Deskbell as another user.',
  )
}

/** A container may run under a bare number. */
function refuseNameless(): void {
  try {
    userInfo()
  } catch (cause) {
    throw new DataFolderError(
      `PostgreSQL needs a user with a name, and user ${process.geteuid?.()} has no entry in /etc/passwd: add one, or set DATABASE_URL.`,
      { cause },
    )
  }
}

async function tryOut(way: RunAs, program: string, folder: string): Promise<{ works: boolean; complaint: string }> {
  const child = way.spawn('/bin/sh', ['-c', 'cd "$1" && exec "$2" --version', 'sh', folder, program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
  const complaint = child.stderr ? await text(child.stderr) : ''
  return { works: await ended, complaint: complaint.trim().split('\n').at(-1) ?? '' }
}

function refusal(user: SystemUser | undefined, folder: string, complaint: string): string {
  if (!user)
    return `The embedded PostgreSQL does not run here (${complaint}): set DATABASE_URL to a PostgreSQL of your own.`
  return `PostgreSQL must run as ${user.name}, who cannot reach ${folder} or the program (${complaint}): start Deskbell as another user than root, or set DATABASE_URL.`
}
