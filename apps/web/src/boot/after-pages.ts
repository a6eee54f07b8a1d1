/**
 * Stands behind the pages that the build has drawn, one template for each language, and shows the one that is wanted
 * before any file of scripts has come. React takes it over as it stands.
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
  if (!isOpen) for (const each of root.querySelectorAll('[data-open-mode]')) each.remove()
  document.title = drawn.title
}

/** Home looks another way for who is signed in. */
function isSomebodyHome(): boolean {
  return location.pathname === '/' && /deskbell_(?:client|operator)_id=/.test(document.cookie)
}
