import type { ReactElement } from 'react'
import type { Connection, MessageSummary, Status } from '../../data/admin-types.gen.ts'
import { useLive } from '../../data/use-live.ts'
import { useResource } from '../../data/use-resource.ts'
import { link } from '../../app/route.ts'
import { bytes, count, plural } from '../../elements/format.ts'

interface Finding {
  readonly key: string
  readonly kind: 'Security' | 'Quarantine' | 'Slow' | 'Drift' | 'Draining'
  readonly tone: 'warn' | 'bad'
  readonly what: string
  readonly more: string
  readonly href?: string
  readonly action?: string
}

/** What an operator should look at, the worst first; a quiet line when there is nothing. */
export function Attention({ status }: { readonly status: Status }): ReactElement {
  const connections = useLive<{ readonly items: readonly Connection[] }>('/connections')?.items ?? []
  const messages = useResource<{ readonly items: readonly MessageSummary[] }>(
    'messages',
    { limit: 300 },
    { everyMs: 5_000 },
  )
  const findings = findingsOf(status, connections, messages.data?.items ?? [])
  return (
    <section className="panel" aria-label="Needs attention">
      <ul className="attention">
        {findings.length === 0 ? (
          <li>
            <span className="badge good">All well</span>
            <span className="muted">No slow readers, nothing in quarantine, no drift, no insecure switches.</span>
          </li>
        ) : null}
        {findings.map(({ key, kind, tone, what, more, href, action }) => (
          <li key={key}>
            <span>
              <span className={`badge ${tone}`}>{kind}</span>
            </span>
            <span className="clip">
              <span className="what">{what}</span> <span className="muted">{more}</span>
            </span>
            {href === undefined ? <span /> : <a href={href}>{action}</a>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The worst first: what is unsafe, what is refused, who is slow, what drifts. */
export function findingsOf(
  status: Status,
  connections: readonly Connection[],
  messages: readonly MessageSummary[],
): readonly Finding[] {
  const findings: Finding[] = status.warnings.map((warning) => ({
    key: warning,
    kind: 'Security',
    tone: 'bad',
    what: warning,
    more: '',
    href: link('settings'),
    action: 'Settings',
  }))
  if (status.state === 'draining') {
    findings.push({
      key: 'draining',
      kind: 'Draining',
      tone: 'warn',
      what: 'The server lets its clients go',
      more: `${plural(status.connections.total, 'connection')} left`,
      href: link('connections'),
      action: 'Connections',
    })
  }
  const { groups, messages: kept } = status.quarantine
  if (groups > 0) {
    findings.push({
      key: 'quarantine',
      kind: 'Quarantine',
      tone: 'bad',
      what: `${plural(kept, 'refused message')} in quarantine`,
      more: `${plural(groups, 'cause')}, ${count(status.totals.invalid)} refused since the start`,
      href: link('quarantine'),
      action: 'Repair',
    })
  }
  const slow = connections.filter(({ slow: isSlow }) => isSlow)
  for (const { id, principal, remoteAddress, queuedBytes, lag } of slow.slice(0, 3)) {
    findings.push({
      key: `slow ${id}`,
      kind: 'Slow',
      tone: 'warn',
      what: `${principal} at ${remoteAddress} does not keep up`,
      more: `${bytes(queuedBytes)} wait, ${plural(lag, 'message')} behind`,
      href: link('connections', id),
      action: 'View',
    })
  }
  if (slow.length > 3) {
    findings.push({
      key: 'slow others',
      kind: 'Slow',
      tone: 'warn',
      what: `${plural(slow.length - 3, 'more connection')} behind`,
      more: '',
      href: link('connections'),
      action: 'Connections',
    })
  }
  for (const { channel, name, address, drift } of messages) {
    if (drift === 0) continue
    findings.push({
      key: `drift ${channel} ${name}`,
      kind: 'Drift',
      tone: 'warn',
      what: `${name} drifts from the contract`,
      more: `${plural(drift, 'finding')} on ${address}`,
      href: link('messages', channel, name),
      action: 'View',
    })
  }
  return findings.slice(0, 12)
}
