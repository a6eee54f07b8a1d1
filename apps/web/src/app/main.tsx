import { createRoot, hydrateRoot } from 'react-dom/client'
import { startUpdates } from '../lib/app-update.ts'
import { startTranslations } from '../lib/i18n.ts'
import { whenIdle } from '../lib/when-idle.ts'
import '../styles.css'
import { App } from './app.tsx'
import { createAppRouter } from './router.tsx'

void start()

/** No await outside of a function: the pages import this file, and would wait for it while it waits for them. */
async function start(): Promise<void> {
  const root = document.querySelector('#root')
  if (root === null) throw new Error('the page has no #root')
  await startTranslations()
  const router = createAppRouter()
  await router.firstShown
  const app = <App router={router} />
  // What was drawn at build time is in sight already, and is taken over as it stands.
  if (root.hasChildNodes()) hydrateRoot(root, app)
  else createRoot(root).render(app)
  whenIdle(() => void startUpdates().catch(() => undefined))
}
