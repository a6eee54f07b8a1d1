import { readFile } from 'node:fs/promises'

export type SystemUser = { name: string; uid: number; gid: number }

/** Reads /etc/passwd. PostgreSQL looks its user up by id, and refuses to run as one without an entry. */
export async function userById(uid: number): Promise<SystemUser | undefined> {
  return (await allUsers()).find((user) => user.uid === uid)
}

export async function userByName(name: string): Promise<SystemUser | undefined> {
  return (await allUsers()).find((user) => user.name === name)
}

async function allUsers(): Promise<SystemUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}
