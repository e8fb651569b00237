import { connect } from '@hydrant/client'
import { useConnection } from '@hydrant/client/react'
import { describeConnection } from '@hydrant/example-site/connection-light'
import { type ReactElement, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { Api } from './api.gen.ts'
import { Room } from './room.tsx'
import { textOf } from './text-of.ts'

const rooms = ['lobby', 'music', 'help'] as const
const api = connect<Api>(location.origin)

function Chat(): ReactElement {
  const [name, setName] = useState('')
  const [room, setRoom] = useState<(typeof rooms)[number]>('lobby')
  const connection = useConnection(api)
  return (
    <>
      <header>
        <h1>Chat</h1>
        <nav aria-label="Rooms">
          {rooms.map((one) => (
            <button key={one} aria-current={one === room ? 'page' : undefined} onClick={() => setRoom(one)}>
              #{one}
            </button>
          ))}
        </nav>
        <span className="light" role="status" data-state={connection.name}>
          {describeConnection(connection)}
        </span>
      </header>
      {name === '' ? <WhoAreYou onName={setName} /> : <Room key={room} api={api} room={room} name={name} />}
    </>
  )
}

function WhoAreYou({ onName }: { readonly onName: (name: string) => void }): ReactElement {
  return (
    <main>
      <form className="panel who" action={(form) => onName(textOf(form, 'name'))}>
        <label htmlFor="name">Your name</label>
        <input id="name" name="name" required maxLength={40} autoFocus autoComplete="nickname" />
        <button className="main">Enter</button>
      </form>
    </main>
  )
}

createRoot(document.body).render(<Chat />)
