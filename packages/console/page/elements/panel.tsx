import type { ReactElement, ReactNode } from 'react'

/** A bordered part of a view with a heading. */
export function Panel({
  title,
  tools,
  pad = true,
  children,
}: {
  readonly title: ReactNode
  readonly tools?: ReactNode
  readonly pad?: boolean
  readonly children: ReactNode
}): ReactElement {
  return (
    <section className="panel">
      <header>
        <h2 className="spread">{title}</h2>
        {tools}
      </header>
      {pad ? <div className="pad">{children}</div> : children}
    </section>
  )
}

/** A number that matters, with its name. */
export function Stat({
  label,
  value,
  unit,
  sub,
  tone = '',
}: {
  readonly label: string
  readonly value: string
  readonly unit?: string
  readonly sub?: ReactNode
  readonly tone?: '' | 'warn' | 'bad'
}): ReactElement {
  return (
    <div className="stat">
      <span className="label">{label}</span>
      <span className={`value ${tone}`}>
        {value}
        {unit === undefined ? null : <small>{unit}</small>}
      </span>
      <span className="sub">{sub}</span>
    </div>
  )
}

/** Nothing is here: why, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactElement {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children === undefined ? null : <p>{children}</p>}
    </div>
  )
}

/** Names and values. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
