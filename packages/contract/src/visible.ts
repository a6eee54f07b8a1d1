/** Whether anything of a text is seen: not only white space, joiners, fillers and the like. */
export function hasVisible(text: string): boolean {
  return visible.test(text)
}

/**
 * Characters that are no white space, and no ignorable, control or format character. Two exceptions have no Unicode
 * property: format characters that are drawn with digits are visible, and the blank pattern of Braille, the null
 * notehead and the fillers of Khitan and Egyptian are not.
 */
const visible =
  /[\u0600-\u0605\u06dd\u0890\u0891\u08e2\u{110bd}\u{110cd}]|[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}\p{Cf}\p{Cs}\u2800\u{1d159}\u{16fe4}\u{13441}\u{13442}]/u
