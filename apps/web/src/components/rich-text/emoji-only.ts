const mostSigns = 3

const base = String.raw`\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?`
/** Signs that show as pictures by themselves, by a following selector, or with a colour of skin. */
const picture = String.raw`(?:\p{Emoji_Presentation}\ufe0f?|\p{Extended_Pictographic}(?:\ufe0f|(?=\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})))\p{Emoji_Modifier}?`
const flag = String.raw`\p{Regional_Indicator}{2}`
const keycap = String.raw`[0-9#*]\ufe0f?\u20e3`
const tags = String.raw`[\u{e0020}-\u{e007e}]+\u{e007f}`
const sign = `(?:${flag}|${keycap}|(?!\\p{Regional_Indicator})${picture}(?:${tags})?(?:\\u200d${base})*)`
const pattern = new RegExp(`^${sign}(?:\\s*${sign}){0,${mostSigns - 1}}$`, 'u')
/** Longer texts are no three signs: a family has eleven units, a flag of a region fourteen. */
const unitsMost = 120

/** One to three emoji and nothing else. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= unitsMost && pattern.test(text)
}
