import { useId } from 'react'

type SelectProps<T extends string> = {
  readonly label: string
  readonly labelShown: boolean
  readonly value: T
  readonly options: readonly { readonly value: T; readonly name: string }[]
  readonly onChange: (value: T) => void
  /** Without a frame, for a bar that already has many. */
  readonly quiet?: boolean
}

/** The browser's own choice list, which `styles.css` dresses. */
export function Select<T extends string>({ label, labelShown, value, options, onChange, quiet }: SelectProps<T>) {
  const id = useId()
  const choose = (chosen: string) => {
    const option = options.find((each) => each.value === chosen)
    if (option !== undefined) onChange(option.value)
  }
  return (
    <div className="flex items-center justify-between gap-3">
      <label htmlFor={id} className={labelShown ? 'text-small text-ink-2' : 'sr-only'}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => choose(event.target.value)}
        className={`control rounded-control px-2 text-small ${quiet === true ? 'bg-transparent text-ink-2 hover:bg-hover hover:text-ink' : 'border border-line bg-raised text-ink shadow-card hover:bg-hover'}`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  )
}
