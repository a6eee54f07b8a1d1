import { expect, test } from 'vitest'
import { refuseOddFolder } from './paths.mjs'

test.each(['/srv/c#/deskbell', '/srv/$HOME', '/srv/why?', '/srv/a*b', '/srv/a:b'])(
  '[RUN-18] %s is refused in one line',
  (folder) => {
    expect(() => refuseOddFolder(folder)).toThrow(/^the folder .* move it to another folder$/)
  },
)

test.each(['/srv/a b', '/srv/дом', "/srv/o'neill (1) % & ;", '/srv/[a] {b,c} !(d)', '/srv/a|b`c^d~e=f,@+'])(
  '[RUN-18] %s is taken',
  (folder) => {
    expect(() => refuseOddFolder(folder)).not.toThrow()
  },
)
