import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ServerResponse } from 'node:http'
import { dump } from 'js-yaml'
import type { Contract } from '@hydrant/contract'
import { PAGE_CSP, renderPage } from '../../page/render-page.ts'
import { pageAssets } from '../../page/assets.ts'
import { answer, answerJson, type Headers } from '../answer.ts'

const YAML = 'application/yaml; charset=utf-8'

interface Document {
  readonly contentType: string
  readonly body: string
  readonly headers?: Headers
}

/** Everything under `/-/` that is the same for every caller: the contract in its forms, and the API's page. */
export class MetaDoor {
  readonly #documents: ReadonlyMap<string, () => Document>
  readonly #made = new Map<string, Document>()

  constructor(contract: Contract) {
    this.#documents = new Map([
      ['/-/asyncapi.json', () => json(`${JSON.stringify(contract.document, null, 2)}\n`)],
      ['/-/asyncapi.yaml', () => ({ contentType: YAML, body: dump(contract.document) })],
      ['/-/connect.asyncapi.yaml', socketProtocol],
      ['/-/docs', () => page(contract)],
      ...[...pageAssets].map(([path, asset]) => [path, () => asset] as const),
    ])
  }

  has(path: string): boolean {
    return this.#documents.has(path)
  }

  answer(path: string, response: ServerResponse, headers: Headers): void {
    const document = this.#made.get(path) ?? this.#make(path)
    answer(response, 200, document.contentType, document.body, { ...headers, ...document.headers })
  }

  #make(path: string): Document {
    const document = this.#documents.get(path)!()
    this.#made.set(path, document)
    return document
  }
}

/** `/-/live` and `/-/ready`. */
export function answerHealth(response: ServerResponse, healthy: boolean): void {
  answerJson(response, healthy ? 200 : 503, `${JSON.stringify({ status: healthy ? 'ok' : 'unavailable' })}\n`)
}

/** The socket protocol's own contract. */
function socketProtocol(): Document {
  const path = createRequire(import.meta.url).resolve('@hydrant/protocol/hydrant.v1.asyncapi.yaml')
  return { contentType: YAML, body: readFileSync(path, 'utf8') }
}

function json(body: string): Document {
  return { contentType: 'application/json; charset=utf-8', body }
}

function page(contract: Contract): Document {
  return {
    contentType: 'text/html; charset=utf-8',
    body: renderPage(contract),
    headers: { 'Content-Security-Policy': PAGE_CSP, 'Referrer-Policy': 'no-referrer' },
  }
}
