import type { ReactElement } from 'react'
import { link } from '../../app/route.ts'
import { Empty } from '../../elements/panel.tsx'
import { Prose } from '../../elements/prose.tsx'

type Node = Readonly<Record<string, unknown>>

/** The document as a reader wants it: what can be followed and what can be sent, channel by channel. The contract's text is text: no markup in it is one here. */
export function Outline({ document }: { readonly document: Node }): ReactElement {
  const info = nodeOf(document['info'])
  const channels = Object.entries(nodeOf(document['channels'])).map(
    ([id, channel]) => [id, resolve(document, channel)] as const,
  )
  const operations = Object.values(nodeOf(document['operations'])).map((operation) => resolve(document, operation))
  if (channels.length === 0) return <Empty title="The contract has no channels." />
  return (
    <div className="outline">
      {textOf(info['description']) === '' ? null : <Prose text={textOf(info['description'])} />}
      {channels.map(([id, channel]) => {
        const own = operations.filter((operation) => refOf(operation['channel']) === id)
        const messages = Object.keys(nodeOf(channel['messages']))
        const hydrant = nodeOf(channel['x-hydrant'])
        return (
          <section key={id} className="panel">
            <header>
              <h2 className="mono">
                <a href={link('channels', id)}>{textOf(channel['address']) || id}</a>
              </h2>
              <span className="spread clip">{textOf(channel['title'])}</span>
              <span className="badge">{textOf(hydrant['kind']) || 'stream'}</span>
            </header>
            <div className="pad stack small-gap">
              {textOf(channel['summary']) === '' ? null : <p>{textOf(channel['summary'])}</p>}
              {textOf(channel['description']) === '' ? null : (
                <Prose className="muted" text={textOf(channel['description'])} />
              )}
              <table className="plain">
                <caption className="hidden">Messages of {textOf(channel['address'])}</caption>
                <thead>
                  <tr>
                    <th scope="col">Message</th>
                    <th scope="col">Operation</th>
                    <th scope="col">What it says</th>
                  </tr>
                </thead>
                <tbody>
                  {messages.map((name) => {
                    const message = resolve(document, nodeOf(channel['messages'])[name])
                    return (
                      <tr key={name}>
                        <td>
                          <a href={link('messages', id, textOf(message['name']) || name)}>
                            {textOf(message['name']) || name}
                          </a>
                        </td>
                        <td>{operationsOf(own, name).join(', ') || '–'}</td>
                        <td className="muted">{textOf(message['summary']) || textOf(message['title'])}</td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </div>
          </section>
        )
      })}
    </div>
  )
}

/** The operations that carry a message: those that name it, and those that name none. */
function operationsOf(operations: readonly Node[], message: string): readonly string[] {
  return operations
    .filter((operation) => {
      const messages = operation['messages']
      return !Array.isArray(messages) || messages.some((reference) => refOf(reference) === message)
    })
    .map((operation) => textOf(operation['action']))
}

function resolve(document: Node, value: unknown): Node {
  let node = nodeOf(value)
  for (let step = 0; step < 20 && typeof node['$ref'] === 'string'; step++) {
    const segments = node['$ref'].replace(/^#\/?/, '').split('/')
    node = segments.reduce<Node>(
      (current, segment) => nodeOf(current[segment.replaceAll('~1', '/').replaceAll('~0', '~')]),
      document,
    )
  }
  return node
}

/** The last segment of a reference. */
function refOf(value: unknown): string {
  const reference = nodeOf(value)['$ref']
  return typeof reference === 'string'
    ? (reference.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~')
    : ''
}

function nodeOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
