import { Failure, say } from './failure.mjs'
import { stopWithParents } from './parents.mjs'
import { refuseOddFolder, root } from './paths.mjs'
import { stopChildren } from './run.mjs'
import { tasks } from './tasks.mjs'

/** Runs one task and ends with its exit code. */
export async function main([name = '', ...args]) {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : null
  if (!task) {
    say(`there is no task "${name}". Tasks: ${Object.keys(tasks).join(', ')}`)
    process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopChildren())
  stopWithParents(stopChildren)
  // A closed terminal must not end this process before its children have stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.exit(await runTask(task, args))
}

async function runTask(task, args) {
  try {
    refuseOddFolder(root)
    return await task(args)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    say(error.message)
    return 1
  }
}
