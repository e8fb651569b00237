import { useEffect, useRef, type ReactElement, type ReactNode } from 'react'
import { useAdmin, useConnectionState } from '../data/context.tsx'
import type { Status } from '../data/admin-types.gen.ts'
import { SnapshotAdmin } from '../data/snapshot-admin.ts'
import { useLive } from '../data/use-live.ts'
import { useResource } from '../data/use-resource.ts'
import { compact, count, duration } from '../elements/format.ts'
import { Channels } from '../views/channels/channels.tsx'
import { ChannelView } from '../views/channels/channel.tsx'
import { Connections } from '../views/connections/connections.tsx'
import { ConnectionView } from '../views/connections/connection.tsx'
import { Contract } from '../views/contract/contract.tsx'
import { Messages } from '../views/messages/messages.tsx'
import { MessageView } from '../views/messages/message.tsx'
import { Overview } from '../views/overview/overview.tsx'
import { useSamples } from '../views/overview/samples.ts'
import { Quarantine } from '../views/quarantine/quarantine.tsx'
import { QuarantineGroupView } from '../views/quarantine/group.tsx'
import { Settings } from '../views/settings/settings.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { Icon, Mark } from './icons.tsx'
import { Keys, PLACES } from './keys.tsx'
import { useRoute } from './route.ts'
import { useTheme, type Theme } from './theme.ts'

interface ShellProps {
  readonly onOpenSnapshot: (file: File) => void
  readonly onCloseSnapshot: () => void
}

/** The frame around the views. */
export function Shell({ onOpenSnapshot, onCloseSnapshot }: ShellProps): ReactElement {
  const { path } = useRoute()
  const asked = useResource<Status>('status')
  const live = useLive<Status>('/overview')
  const status = live ?? asked.data
  const samples = useSamples(status)
  const [place = ''] = path
  const main = useRef<HTMLElement>(null)
  const title = PLACES.find(([, name]) => name === place)?.[2] ?? 'Hydrant'
  const service = status?.contract.title
  useEffect(() => {
    document.title = [path[1], title, service ?? 'Hydrant console'].filter(Boolean).join(' · ')
  })
  const where = path.join('/')
  const before = useRef(where)
  useEffect(() => {
    if (before.current === where) return
    before.current = where
    // A link leads to another view: whoever cannot see it continues there, not in the navigation.
    main.current?.scrollTo(0, 0)
  }, [where])
  return (
    <div className="shell">
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        Skip to the content
      </a>
      <a className="brand" href="#/">
        <Mark />
        <span>Hydrant</span>
      </a>
      <header className="top">
        <span className="service clip">{status?.contract.title}</span>
        {status === undefined ? null : (
          <span className="muted wide-only">
            {status.contract.version} · up {duration(status.uptimeMs)} · {status.listeners.join(', ')}
          </span>
        )}
        <span className="spread" />
        <ServerState status={status} />
        <ThemeSwitch />
      </header>
      <nav className="rail" aria-label="Views">
        <ul>
          {PLACES.map(([, name, text]) => (
            <li key={name}>
              <a href={`#/${name}`} aria-current={name === place ? 'page' : undefined}>
                <Icon name={name === '' ? 'overview' : name} />
                <span>{text}</span>
                <NavigationCount name={name} status={status} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ConnectionNotice onCloseSnapshot={onCloseSnapshot} />
      <main ref={main} id="content" tabIndex={-1} className={place === '' || FLOWING.has(where) ? '' : 'fill'}>
        <View path={path}>
          {place === '' ? <Overview status={status} samples={samples} error={asked.error} /> : null}
          {place === 'settings' ? <Settings onOpenSnapshot={onOpenSnapshot} /> : null}
        </View>
      </main>
      <Keys />
    </div>
  )
}

/** Views that are as long as they are; the others fill the window and scroll inside. */
const FLOWING = new Set<string>()

function View({ path, children }: { readonly path: readonly string[]; readonly children: ReactNode }): ReactNode {
  const [place = '', first, second] = path
  switch (place) {
    case '':
    case 'settings':
      return children
    case 'channels':
      return first === undefined ? <Channels /> : <ChannelView key={`${first} ${second}`} id={first} address={second} />
    case 'messages':
      return first === undefined || second === undefined ? <Messages /> : <MessageView channel={first} name={second} />
    case 'connections':
      return first === undefined ? <Connections /> : <ConnectionView key={first} id={first} />
    case 'quarantine':
      return first === undefined ? <Quarantine /> : <QuarantineGroupView key={first} id={first} />
    case 'contract':
      return <Contract />
    default:
      return (
        <div className="empty">
          <strong>There is no view “{place}”.</strong>
          <p>
            <a href="#/">Go to the overview</a>
          </p>
        </div>
      )
  }
}

function NavigationCount({
  name,
  status,
}: {
  readonly name: string
  readonly status: Status | undefined
}): ReactElement | null {
  if (status === undefined) return null
  if (name === 'quarantine' && status.quarantine.groups > 0) {
    return <span className="count badge warn">{count(status.quarantine.groups)}</span>
  }
  if (name === 'connections') return <span className="count badge">{compact(status.connections.total)}</span>
  if (name === 'channels') return <span className="count badge">{compact(status.channels.live)}</span>
  return null
}

function ServerState({ status }: { readonly status: Status | undefined }): ReactElement {
  const admin = useAdmin()
  const connection = useConnectionState()
  if (admin instanceof SnapshotAdmin) {
    return (
      <span className="state">
        <i className="dot" /> Snapshot
      </span>
    )
  }
  if (connection?.name !== 'open') {
    return (
      <span className="state">
        <i className="dot warn" /> {connection?.name === 'closed' ? 'Disconnected' : 'Connecting'}
      </span>
    )
  }
  const state = status?.state ?? 'ready'
  return (
    <span className="state">
      <i className={`dot ${state === 'ready' ? 'good' : 'warn'}`} /> {state === 'ready' ? 'Live' : state}
    </span>
  )
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

function ThemeSwitch(): ReactElement {
  const [theme, setTheme] = useTheme()
  return (
    <div className="segments" role="group" aria-label="Theme">
      {THEMES.map(([key, title]) => (
        <button key={key} type="button" aria-pressed={key === theme} onClick={() => setTheme(key)}>
          {title}
        </button>
      ))}
    </div>
  )
}
