import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { text } from 'node:stream/consumers'
import { DataFolderError } from './data-folder/data-folder-error.ts'
import { type SystemUser, userById, userByName } from './system-users.ts'

/*
 * PostgreSQL refuses to run as root. When Deskbell is started as root, it runs PostgreSQL as an unprivileged user. That
 * user must reach two places: the data folder (mode 0700, owned by root) and the binaries (perhaps below a home of mode
 * 0700). Both stay where users expect them; the process gets one capability instead, which allows it to search and read
 * every folder, but not to write. If the kernel does not grant it, as in many containers, the wider `dac_override` is
 * tried. Because the server can then read every file, the database role of the product is never a superuser.
 */

export type RunAs = {
  /** The owner of the cluster. Undefined when it is the user of this process, so that no owner has to be changed. */
  user: SystemUser | undefined
  spawn(program: string, args: string[], options?: SpawnOptions): ChildProcess
}

const capabilities = ['dac_read_search', 'dac_override']

/** Chooses the user, and the first way to run as that user that can execute `program` and enter `folder`. */
export async function chooseRunAs(program: string, folder: string): Promise<RunAs> {
  const user = process.geteuid?.() === 0 ? await unprivilegedUser(folder) : undefined
  if (!user) refuseUnnamedUser()
  const candidates = user ? [asUser(user), ...capabilities.map((name) => withCapability(user, name))] : [asSelf]
  let complaint = ''
  for (const candidate of candidates) {
    const tried = await probeRunAs(candidate, program, folder)
    if (tried.works) return candidate
    complaint ||= tried.complaint
  }
  throw new DataFolderError(refusal(user, folder, complaint))
}

/** The whole environment of every child: no PGPORT, no locale of the shell, no secrets. */
export const childEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' }

const asSelf: RunAs = {
  user: undefined,
  spawn: (program, args, options) => spawn(program, args, { cwd: '/', env: childEnvironment, ...options }),
}

function asUser(user: SystemUser): RunAs {
  const { uid, gid } = user
  return { user, spawn: (program, args, options) => asSelf.spawn(program, args, { ...options, uid, gid }) }
}

function withCapability(user: SystemUser, capability: string): RunAs {
  const drop = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  // Without the last one the kernel ignores the capability in access(2), which initdb calls to find postgres.
  const keep = [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--securebits=+no_setuid_fixup']
  return {
    user,
    // setpriv executes the program in its own process, so the process id stays the same.
    spawn: (program, args, options) => asSelf.spawn('setpriv', [...drop, ...keep, '--', program, ...args], options),
  }
}

/** Prefers the owner of an existing folder, so that a later start does not choose a user who cannot read it. */
async function unprivilegedUser(folder: string): Promise<SystemUser> {
  const { uid } = await stat(folder)
  const owner = uid === 0 ? undefined : await userById(uid)
  const user = owner ?? (await userByName('postgres')) ?? (await userByName('nobody'))
  if (user && user.uid !== 0) return user
  throw new DataFolderError(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as: start Deskbell as another user.',
  )
}

/** A container may run under a user id that has no name. */
function refuseUnnamedUser(): void {
  try {
    userInfo()
  } catch (cause) {
    throw new DataFolderError(
      `PostgreSQL needs a user with a name, and user ${process.geteuid?.()} has no entry in /etc/passwd: add one, or set DATABASE_URL.`,
      { cause },
    )
  }
}

async function probeRunAs(
  candidate: RunAs,
  program: string,
  folder: string,
): Promise<{ works: boolean; complaint: string }> {
  const child = candidate.spawn('/bin/sh', ['-c', 'cd "$1" && exec "$2" --version', 'sh', folder, program], {
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
