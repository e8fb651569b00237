import type { ReactElement } from 'react'

/** A search field; `/` leads here, Escape empties it. */
export function Search({
  label,
  placeholder,
  value,
  onChange,
}: {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <span className="search">
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        maxLength={200}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onChange('')
        }}
      />
      <kbd aria-hidden="true">/</kbd>
    </span>
  )
}
