import type { ButtonHTMLAttributes } from 'react'

type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger'

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly look?: ButtonLook
  /** Taller, for pages of few controls and for fingers. */
  readonly large?: boolean
  /** What it asked for is being done; a further press does nothing. */
  readonly busy?: boolean
}

/** A button that says what it does in its own words. */
export function Button({ look = 'plain', large = false, busy = false, className = '', ...rest }: ButtonProps) {
  const state = busy ? ({ 'aria-busy': true, 'aria-disabled': true } as const) : {}
  return <button type="button" {...rest} {...state} className={`${buttonClass(look, large)} ${className}`} />
}

/** The same look for a link. */
export function buttonClass(look: ButtonLook, large = false): string {
  const size = large ? 'min-h-11 px-4 text-body' : 'min-h-8 px-3 text-small max-md:min-h-10'
  return `inline-flex items-center justify-center gap-2 rounded-control py-1 text-center font-medium transition-colors duration-75 aria-busy:animate-busy aria-busy:cursor-progress ${size} ${looks[look]}`
}

const looks: Record<ButtonLook, string> = {
  primary: 'bg-accent text-accent-on hover:bg-accent-hover',
  plain: 'border border-line bg-raised text-ink hover:bg-hover',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'border border-line bg-raised text-danger-text hover:bg-danger-soft',
}
