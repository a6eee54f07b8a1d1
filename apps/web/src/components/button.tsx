import type { ButtonHTMLAttributes } from 'react'

type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger'

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly look?: ButtonLook
  /** Taller, for pages with few controls. */
  readonly large?: boolean
  /** The action is running. The button stays enabled, so `onClick` must ignore further presses. */
  readonly busy?: boolean
}

/** A button with a text label. */
export function Button({ look = 'plain', large = false, busy = false, className = '', ...rest }: ButtonProps) {
  const state = busy ? ({ 'aria-busy': true, 'aria-disabled': true } as const) : {}
  return <button type="button" {...rest} {...state} className={`${buttonClass(look, large)} ${className}`} />
}

/** Returns the look of a button for a link. */
export function buttonClass(look: ButtonLook, large = false): string {
  const size = large ? 'min-h-11 px-4 text-body' : 'control px-3 text-small'
  return `inline-flex items-center justify-center gap-2 rounded-control py-1 text-center font-medium transition-colors duration-75 aria-busy:animate-busy aria-busy:cursor-progress ${size} ${looks[look]}`
}

/** A square button that contains only an icon; it needs an `aria-label`. */
export const iconButtonClass =
  'control-square inline-flex shrink-0 items-center justify-center rounded-control text-ink-2 transition-colors duration-75 hover:bg-hover hover:text-ink aria-expanded:bg-hover'

const looks: Record<ButtonLook, string> = {
  primary: 'bg-accent text-accent-on hover:bg-accent-hover forced-frame',
  plain: 'border border-line bg-raised text-ink shadow-card hover:bg-hover',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border border-line bg-raised text-danger-text shadow-card hover:bg-danger-soft',
}
