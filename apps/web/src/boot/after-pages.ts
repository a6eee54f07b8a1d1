/**
 * Runs after the prerendered pages, which are templates, one for each language. It shows the right one before any
 * script file has been loaded, and React hydrates it later.
 */

const { lang } = document.documentElement
const root = document.querySelector('#root')
const drawn = document.querySelector<HTMLTemplateElement>(`template[lang="${lang}"]`)
const isOpen = document.querySelector('meta[name="deskbell-auth-mode"]')?.getAttribute('content') !== 'secure'

if (
  root !== null &&
  drawn !== null &&
  drawn.dataset['path'] === location.pathname + location.search &&
  !isSomebodyHome()
) {
  root.append(drawn.content)
  document.title = drawn.title
}

/** The home page looks different for a signed-in user, and in secure mode so does the client's sign-in page. */
function isSomebodyHome(): boolean {
  const differs = location.pathname === '/' || (location.pathname === '/login' && !isOpen)
  return differs && /deskbell_(?:client|operator)_id=/.test(document.cookie)
}
