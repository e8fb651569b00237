import { element } from './element.ts'

/** JSON text as coloured nodes. Built of text nodes only, so that a payload can be nothing but text. */
export function jsonNodes(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment()
  let end = 0
  for (const match of text.matchAll(token)) {
    fragment.append(text.slice(end, match.index))
    const { key, string, number } = match.groups ?? {}
    const kind = key === undefined ? (string === undefined ? (number === undefined ? 'a' : 'n') : 's') : 'k'
    fragment.append(element('i', { class: kind }, match[0]))
    end = match.index + match[0].length
  }
  fragment.append(text.slice(end))
  return fragment
}

const token =
  /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d[\d.]*(?:[eE][+-]?\d+)?)|\b(?:true|false|null)\b/g
