import type { ReactElement } from 'react'

/** 24 by 24, drawn with the colour of the text. */
const PATHS = {
  overview: 'M3 12h4l3-8 4 16 3-8h4',
  channels: 'M4 6h16M4 12h10M4 18h16M18 10v4',
  messages: 'M4 5h16v11H9l-5 4z',
  connections: 'M7 7h.01M17 17h.01M4 7a3 3 0 1 0 6 0 3 3 0 0 0-6 0M14 17a3 3 0 1 0 6 0 3 3 0 0 0-6 0M9 9l6 6',
  quarantine: 'M12 3l9 16H3zM12 10v4M12 17h.01',
  contract: 'M7 3h8l4 4v14H7zM15 3v4h4M10 12h6M10 16h6',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0M6 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
  keyboard: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
} as const

/** An icon; the text beside it says what it means. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }): ReactElement {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  )
}

/** A hydrant. */
export function Mark(): ReactElement {
  return (
    <svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
      <path d="M11 2h2v1.6a4.5 4.5 0 0 1 3.5 4.4H17.5v2H6.5V8H7.5A4.5 4.5 0 0 1 11 3.6Z" />
      <path d="M7.5 11h9v8h2v3h-13v-3h2ZM12 12.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Z" fillRule="evenodd" />
      <path d="M3.5 12.5h3v4h-3a.8.8 0 0 1-.8-.8v-2.4a.8.8 0 0 1 .8-.8ZM17.5 12.5h3a.8.8 0 0 1 .8.8v2.4a.8.8 0 0 1-.8.8h-3Z" />
    </svg>
  )
}
