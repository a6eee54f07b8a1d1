import type { Page } from 'playwright-core'

/** How many rows of the message list and how many forms React has rendered since the counts were reset. */
export type Rendered = { rows: number; forms: number }

/** The fields of React's fibers that its developer tools read too, so the production build has them. */
type Fiber = {
  readonly flags: number
  readonly type: unknown
  readonly stateNode: unknown
  readonly child: Fiber | null
  readonly sibling: Fiber | null
  readonly alternate: Fiber | null
}

declare global {
  var rendered: { rows: Set<unknown>; forms: Set<unknown> }
}

/** Counts what React renders. Call it before the page is opened. */
export async function watchRenders(page: Page): Promise<void> {
  await page.addInitScript(watch)
}

export async function forgetRenders(page: Page): Promise<void> {
  await page.evaluate(() => {
    globalThis.rendered = { rows: new Set(), forms: new Set() }
  })
}

/** Waits for the texts that a page loads when it is idle: they render every component with a text once more. */
export async function everyTextIsLoaded(page: Page): Promise<void> {
  const entry = await page.waitForFunction(() =>
    performance.getEntriesByType('resource').find(({ name }) => new URL(name).pathname.startsWith('/assets/parts-')),
  )
  const file = await entry.evaluate((found) => found?.name)
  // A string, because Vitest rewrites `import()` in a function. When it resolves, the file has run.
  await page.evaluate(`import(${JSON.stringify(file)})`)
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
}

export async function readRenders(page: Page): Promise<Rendered> {
  return await page.evaluate(() => ({ rows: globalThis.rendered.rows.size, forms: globalThis.rendered.forms.size }))
}

/** Runs in the page. */
function watch(): void {
  globalThis.rendered = { rows: new Set(), forms: new Set() }
  /** React's flag of a component that was rendered. Skipped subtrees keep their fibers and are not visited. */
  const performedWork = 1
  const firstElement = (fiber: Fiber | null): Fiber | null => {
    let found = fiber
    while (found !== null && typeof found.type !== 'string') found = found.child
    return found
  }
  const visit = (fiber: Fiber): void => {
    const element = (fiber.flags & performedWork) !== 0 ? firstElement(fiber) : null
    if (element?.type === 'article') globalThis.rendered.rows.add(element.stateNode)
    if (element?.type === 'form') globalThis.rendered.forms.add(element.stateNode)
    if (fiber.child === fiber.alternate?.child) return
    for (let child = fiber.child; child !== null; child = child.sibling) visit(child)
  }
  const hook = {
    supportsFiber: true,
    inject: () => 1,
    onCommitFiberRoot: (_: number, root: { current: Fiber }) => visit(root.current),
    onCommitFiberUnmount: () => undefined,
  }
  Object.assign(globalThis, { __REACT_DEVTOOLS_GLOBAL_HOOK__: hook })
}
