import { Fragment, type ReactElement, type ReactNode } from 'react'

/**
 * A description of the contract: paragraphs, lists, **strong** and `code` of Markdown. Anything else, markup most of all, stays the text
 * that it is; links lead to http and https only.
 */
export function Prose({ text, className = '' }: { readonly text: string; readonly className?: string }): ReactElement {
  const blocks = text.trim().split(/\n\s*\n/)
  return (
    <div className={`prose ${className}`}>
      {blocks.map((block, index) => {
        const lines = block.split('\n')
        if (lines.every((line) => /^\s*[-*] /.test(line))) {
          return (
            <ul key={index}>
              {lines.map((line, at) => (
                <li key={at}>{inline(line.replace(/^\s*[-*] /, ''))}</li>
              ))}
            </ul>
          )
        }
        return <p key={index}>{inline(lines.map((line) => line.trim()).join(' '))}</p>
      })}
    </div>
  )
}

const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g

function inline(text: string): ReactNode[] {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(INLINE)) {
    const [whole, strong, code, label, href] = match
    parts.push(<Fragment key={from}>{text.slice(from, match.index)}</Fragment>)
    if (strong !== undefined) parts.push(<strong key={match.index}>{strong}</strong>)
    else if (code !== undefined) parts.push(<code key={match.index}>{code}</code>)
    else {
      parts.push(
        <a key={match.index} href={href} rel="noreferrer" target="_blank">
          {label}
        </a>,
      )
    }
    from = match.index + whole.length
  }
  parts.push(<Fragment key="rest">{text.slice(from)}</Fragment>)
  return parts
}
