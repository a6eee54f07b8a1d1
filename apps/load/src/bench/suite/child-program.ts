import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ChildDialog } from '../../child-dialog.ts'

export type ChildProgram<Order> = AsyncDisposable & { readonly pid: number; ask(order: Order): Promise<unknown> }

/** A part of the benchmark in a process of its own, so that measuring and what is measured do not take turns. */
export function startChildProgram<Order>(file: URL): ChildProgram<Order> {
  const child = spawn(process.execPath, [fileURLToPath(file)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const dialog = new ChildDialog<Order>(child)
  return {
    pid: child.pid ?? 0,
    ask: (order) => dialog.ask(order),
    [Symbol.asyncDispose]: () => endChild(child),
  }
}

/** However this process ends, short of SIGKILL, that child ends first. Answers how to take that back. */
export function bindToUs(child: ChildProcess): () => void {
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  return () => process.off('exit', kill)
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
