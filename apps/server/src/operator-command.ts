import { parseArgs } from 'node:util'
import { linkTo } from '@deskbell/api/addresses'
import { inviteInputSchema } from '@deskbell/contract/access/accounts'
import { addOperator } from '@deskbell/core/auth/accounts/add-operator'
import { systemClock } from '@deskbell/core/clock'
import { openDatabase } from '@deskbell/db/database'
import { DataFolderError } from '@deskbell/db/embedded/data-folder/data-folder-error'
import { runningConnectionString } from '@deskbell/db/embedded/running-server'
import { type Config, loadConfig } from './config/config.ts'
import { createLogger } from './logging/create-logger.ts'
import { printable } from './logging/printable.ts'
import { explainFailure } from './start/explain-failure.ts'
import { StartupError } from './start/startup-error.ts'
import { openStorage } from './storage/open-storage.ts'

/*
 * `npm run deskbell -- operator add ADDRESS [--access operator]`: lets somebody in who has no other way, such as an admin
 * who has lost the password and the second factor. Whoever can run it can read the database anyway.
 */

const usage = 'npm run deskbell -- operator add ada@example.com [--access admin|operator]'

let config: Config | undefined
try {
  config = loadConfig()
  const asked = readArguments(process.argv.slice(2))
  await using stack = new AsyncDisposableStack()
  const db = await openForCommand(config, stack)
  const { page, token } = await addOperator({ db, clock: systemClock }, asked)
  const { publicUrl = `http://${config.host}:${config.port}`, consoleUrl } = config
  process.stdout.write(`Open this link to choose a password:\n${linkTo({ publicUrl, consoleUrl }, page, token)}\n`)
} catch (error) {
  process.stderr.write(`${printable(reasonOf(error, config))}\n`)
  process.exitCode = 1
}

/** Anything that is not expected is shown as it is: whoever runs this owns the server. */
function reasonOf(error: unknown, read: Config | undefined): string {
  if (error instanceof StartupError || read === undefined) return error instanceof Error ? error.message : String(error)
  return explainFailure(error, read) ?? String(error)
}

function readArguments(args: string[]) {
  try {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { access: { type: 'string' } } })
    const [verb, email, ...rest] = positionals
    if (verb !== 'add' || rest.length > 0) throw new Error()
    return inviteInputSchema.parse({ email, access: values.access ?? 'admin' })
  } catch {
    throw new StartupError(`Usage: ${usage}`)
  }
}

/** Beside a running server the command uses its database, and else starts the embedded one for a moment. */
async function openForCommand(config: Config, stack: AsyncDisposableStack) {
  if (config.authMode === 'open')
    throw new StartupError('With AUTH_MODE=open nobody has an account: everybody signs in')
  try {
    return (await openStorage(config, createLogger('error'), stack)).db
  } catch (error) {
    const connectionString = error instanceof DataFolderError ? await runningConnectionString(config.dataDir) : null
    if (connectionString === null) throw error
    const db = openDatabase({ connectionString, poolMax: 1, applicationName: 'deskbell-command' })
    stack.defer(() => db.close())
    return db
  }
}
