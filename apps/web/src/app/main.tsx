import { startTransition } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { startTranslations } from '../lib/i18n.ts'
import { startUpdates } from '../lib/loading/app-update.ts'
import { whenIdle } from '../lib/loading/import-part.ts'
import '../styles.css'
import { App } from './app.tsx'
import { createAppRouter } from './routing/router.tsx'

void start()

/** There is no top-level await: the pages import this file, and it loads them, so each would wait for the other. */
async function start(): Promise<void> {
  const root = document.querySelector('#root')
  if (root === null) throw new Error('the page has no #root')
  await startTranslations()
  const router = createAppRouter()
  await router.firstShown
  const app = <App router={router} />
  // A prerendered page is already visible, so React hydrates it. It does so as a transition, in slices of some
  // milliseconds, so that a slow phone can handle a tap in between.
  if (root.hasChildNodes()) startTransition(() => void hydrateRoot(root, app))
  else createRoot(root).render(app)
  whenIdle(() => void startUpdates().catch(() => undefined))
}
