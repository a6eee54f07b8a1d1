import { AppError } from '@deskbell/contract/errors'

/** Of 0 to 4: 3 takes about 10^8 guesses and more, when an attacker has the hash. */
const scoreMin = 3

/** The checker takes a word that is repeated for a long password, so this much must be left without the own words. */
const ownCharsMin = 6

let checker: Promise<(password: string, own: string[]) => number> | undefined

/**
 * Throws `invalid_input` for a password that is easy to guess: a common one, a pattern of the keyboard, or the user's own
 * address or name. The words are read at the first call, or by `preloadWords`, because few processes ever need them.
 */
export async function requireStrong(password: string, { email, name }: { email: string; name: string }): Promise<void> {
  checker ??= loadChecker()
  const scoreOf = await checker
  const own = [email, ...email.split(/[@.]/), name, ...name.split(/\s/), 'deskbell'].filter((word) => word.length > 2)
  if (scoreOf(password, own) >= scoreMin && without(own, password).length >= ownCharsMin) return
  throw new AppError('invalid_input', { issues: [{ path: 'password', message: 'is easy to guess' }] })
}

/** Reads the words: somebody is about to choose a password, and should not wait for them. */
export function preloadWords(): void {
  checker ??= loadChecker()
  // Who chooses a password is told.
  checker.catch(() => undefined)
}

function without(words: readonly string[], password: string): string {
  return words.reduce((text, word) => text.replaceAll(word.toLowerCase(), ''), password.toLowerCase())
}

async function loadChecker(): Promise<(password: string, own: string[]) => number> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  const factory = new ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary })
  return (password, own) => factory.check(password, own).score
}
