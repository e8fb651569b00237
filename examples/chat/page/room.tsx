import type { Client } from '@hydrant/client'
import { useChannel } from '@hydrant/client/react'
import { type ReactElement, useEffect, useRef, useState } from 'react'
import type { Api, Said } from './api.gen.ts'
import { textOf } from './text-of.ts'
import { usePeople } from './use-people.ts'

export interface RoomProps {
  readonly api: Client<Api>
  readonly room: Api['/rooms/{room}']['params']['room']
  readonly name: string
}

/** A message of ours that has not come back from the room yet. */
interface Waiting extends Said {
  readonly problem?: string
}

/** What was said, who is here, and a line to say something. */
export function Room({ api, room, name }: RoomProps): ReactElement {
  const { channel, messages, gap, error } = useChannel(api, '/rooms/{room}', { params: { room }, last: 50, keep: 200 })
  const { people, news } = usePeople(channel.presence, name)
  const [sent, setSent] = useState<readonly Waiting[]>([])
  const waiting = sent.filter(({ id }) => !messages.some(({ data }) => data.id === id))
  const log = useRef<HTMLOListElement>(null)
  useEffect(() => {
    log.current?.scrollTo(0, log.current.scrollHeight)
  }, [messages, waiting.length])

  /** Without a connection the client keeps it and sends it later, once. */
  function say(text: string): void {
    const said = { id: crypto.getRandomValues(new Uint32Array(4)).join('-'), from: name, text }
    setSent((before) => [...before, said])
    channel.publish(said).catch(({ message: problem }: Error) => {
      setSent((before) => before.map((one) => (one.id === said.id ? { ...one, problem } : one)))
    })
  }

  return (
    <main className="room">
      <ol className="panel log" ref={log} aria-label={`Messages in ${room}`} aria-live="polite" tabIndex={0}>
        {messages.map(({ data, time, position }) => (
          <Line key={position} said={data} note={new Date(time).toLocaleTimeString([], { timeStyle: 'short' })} />
        ))}
        {waiting.map((one) => (
          <Line key={one.id} said={one} note={one.problem ?? 'waiting'} />
        ))}
      </ol>
      <aside className="panel">
        <h2>Who is here</h2>
        <ul aria-label="Who is here">
          {people.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
        <p role="status" className="muted">
          {news}
        </p>
      </aside>
      <form
        action={(form) => {
          const text = textOf(form, 'text')
          if (text !== '') say(text)
        }}
      >
        <input
          name="text"
          aria-label={`Say something in ${room}`}
          placeholder="Say something"
          maxLength={2000}
          autoComplete="off"
          autoFocus
        />
        <button className="main">Send</button>
      </form>
      {gap === undefined ? null : <p role="alert">Some messages are lost: the server started anew.</p>}
      {error === undefined ? null : <p role="alert">{error.message}</p>}
    </main>
  )
}

function Line({ said, note }: { readonly said: Said; readonly note: string }): ReactElement {
  return (
    <li data-note={note}>
      <b>{said.from}</b> <span className="text">{said.text}</span> <small className="muted">{note}</small>
    </li>
  )
}
