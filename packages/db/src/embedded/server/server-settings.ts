import { chmod, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { DataFolder } from '../data-folder/data-folder.ts'

export type ServerSettings = {
  folder: DataFolder
  socketFolder: string
  maxConnections: number
}

/** Marks a server as started by Deskbell, so that a later start recognises a leftover one. */
export const ourMark = 'cluster_name=deskbell'

/**
 * All settings are on the command line, so that the folder stays a plain cluster that any PostgreSQL 18 can start.
 * Durability is not reduced: fsync and synchronous_commit stay on.
 */
export function serverArguments({ folder, socketFolder, maxConnections }: ServerSettings): string[] {
  const settings = [
    ourMark,
    'listen_addresses=',
    'port=5432',
    `unix_socket_directories=${quotedPath(socketFolder)}`,
    'unix_socket_permissions=0700',
    `hba_file=${join(folder.path, 'pg_hba.conf')}`,
    `ident_file=${join(folder.path, 'pg_ident.conf')}`,
    `max_connections=${maxConnections}`,
    'shared_buffers=64MB',
    'max_wal_size=512MB',
    'jit=off',
    'timezone=UTC',
    'log_destination=stderr',
    'logging_collector=off',
    'log_line_prefix=',
    'log_timezone=UTC',
    'log_checkpoints=off',
    // A failed statement or its details must not write a message text to the log.
    'log_min_messages=warning',
    'log_min_error_statement=panic',
    'log_error_verbosity=terse',
  ]
  return ['-D', folder.cluster, ...settings.flatMap((setting) => ['-c', setting])]
}

/**
 * Only the system user of this process may connect, as the product's role or, for maintenance, as the superuser.
 * The files are in a folder that the server's user cannot write to, so that it cannot make root follow a link.
 */
export async function writeAccessRules(folder: DataFolder): Promise<void> {
  const me = userInfo().username.replaceAll('"', '""')
  const rules = ['local all all peer map=deskbell', 'local replication all peer map=deskbell']
  const users = [`deskbell "${me}" deskbell`, `deskbell "${me}" postgres`]
  await write(join(folder.path, 'pg_hba.conf'), rules)
  await write(join(folder.path, 'pg_ident.conf'), users)
}

/** The mode makes the file readable for the server, whatever the umask. It contains no secret. */
async function write(path: string, lines: string[]): Promise<void> {
  await writeFile(path, `${lines.join('\n')}\n`)
  await chmod(path, 0o644)
}

/** The setting is a list, and a path may contain a comma or a space. */
function quotedPath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`
}
