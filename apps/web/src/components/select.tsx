import { useId } from 'react'

type SelectProps<T extends string> = {
  readonly label: string
  readonly labelShown: boolean
  readonly value: T
  readonly options: readonly { readonly value: T; readonly name: string }[]
  readonly onChange: (value: T) => void
}

/** The browser's own choice list. */
export function Select<T extends string>({ label, labelShown, value, options, onChange }: SelectProps<T>) {
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
        className="control rounded-control border border-line bg-raised px-2 text-small text-ink shadow-card"
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
