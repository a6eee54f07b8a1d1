/** Scripts whose letters look like Latin ones. */
const lookalikes = [
  {
    script: /\p{Script=Cyrillic}/u,
    whole: /^[\p{Script=Cyrillic}\p{M}\d-]+$/u,
    latin: /^[асԁеһіјӏорԛѕԝхуъЬҽпгѵѡ\d-]+$/u,
  },
  { script: /\p{Script=Greek}/u, whole: /^[\p{Script=Greek}\p{M}\d-]+$/u, latin: /^[αικνρυωηοτϲϳ\d-]+$/u },
  { script: /\p{Script=Armenian}/u, whole: /^[\p{Script=Armenian}\p{M}\d-]+$/u, latin: /^[ագզէլհյնոսւօՙ\d-]+$/u },
  { script: /\p{Script=Cherokee}/u, whole: /^[\p{Script=Cherokee}\d-]+$/u, latin: /^/ },
]
/** What stands beside Latin letters in honest names: scripts that look like no Latin letter. */
const latinAndAsian =
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}ー・\d_-]+$/u
/** Phonetic and other rare letters that pass for plain ones: ɡ, ı, ɑ, ſ. */
const rareLatin = /[ıĸſ\u0250-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]/u

/**
 * Could this host be taken for another one? True for a label that mixes scripts, and for one that is spelled wholly
 * in letters that look Latin under a Latin ending: `аррӏе.com` in Cyrillic. Much as browsers decide when to show punycode.
 */
export function isDeceptiveHost(host: string): boolean {
  const labels = host.normalize('NFC').toLowerCase().split('.')
  const isLatinEnding = /^[a-z]/.test(labels.at(-1) ?? '')
  return labels.some((label) => isDeceptiveLabel(label, isLatinEnding))
}

function isDeceptiveLabel(label: string, isLatinEnding: boolean): boolean {
  if (/^[\0-\x7f]*$/.test(label)) return false
  for (const { script, whole, latin } of lookalikes) {
    if (script.test(label)) return !whole.test(label) || (isLatinEnding && latin.test(label))
  }
  return /\p{Script=Latin}/u.test(label) && (!latinAndAsian.test(label) || rareLatin.test(label))
}
