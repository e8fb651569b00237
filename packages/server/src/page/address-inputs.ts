import type { Channel, JsonObject, JsonSchema, Parameter } from '@hydrant/contract'

import { html, type Fragment } from './html.ts'
import { markdown } from './markdown.ts'
import { typeLabel } from './schema-labels.ts'
import { isObject, shapeOf, typesOf } from './schema-shape.ts'
import { schemaTree } from './schema-tree.ts'

/** The inputs that make a concrete address: the parameters in the path, and what the `ws` binding asks for in the query. */
export function addressInputs(channel: Channel, id: string): Fragment {
  const { query, headers } = channel.webSocket
  return html` ${
    channel.parameters.length > 0 &&
    html`<h3>Parameters</h3>
      <div class="inputs">${channel.parameters.map((parameter) => parameterInput(parameter, id))}</div>`
  }
  ${
    query !== undefined &&
    html`<h3>WebSocket query</h3>
      ${bindingText(query)}
      <div class="inputs">${queryInputs(query, id)}</div>`
  }
  ${
    headers !== undefined &&
    html`<h3>WebSocket headers</h3>
      <p class="muted">Checked at the handshake. A browser cannot set them.</p>
      ${schemaTree(headers)}`
  }`
}

function parameterInput(parameter: Parameter, id: string): Fragment {
  const inputId = `${id}-${parameter.name}`
  const value = parameter.default ?? parameter.examples?.[0] ?? parameter.enum?.[0] ?? ''
  const field =
    parameter.enum === undefined
      ? html`<input
            id="${inputId}"
            data-parameter="${parameter.name}"
            value="${value}"
            required
            spellcheck="false"
            autocomplete="off"
            autocapitalize="off"
            list="${inputId}-examples"
          />
          <datalist id="${inputId}-examples">
            ${parameter.examples?.map((example) => html`<option value="${example}">`)}
          </datalist>`
      : html`<select id="${inputId}" data-parameter="${parameter.name}" required>
          ${parameter.enum.map((choice) => html`<option${choice === value && html` selected`}>${choice}</option>`)}
        </select>`
  const hint =
    parameter.enum === undefined ? undefined : html`<span class="muted">one of ${parameter.enum.length}</span>`
  return inputRow({ label: parameter.name, inputId, field, hint, required: false, description: parameter.description })
}

function queryInputs(query: JsonSchema, id: string): Fragment {
  const { keywords } = shapeOf(query, query)
  if (!isObject(keywords['properties'])) return undefined
  const required = new Set(Array.isArray(keywords['required']) ? keywords['required'] : [])
  return Object.entries(keywords['properties']).map(([name, schema]) => {
    const shape = shapeOf(schema as JsonSchema, query)
    const inputId = `${id}-query-${name}`
    const isRequired = required.has(name)
    return inputRow({
      label: name,
      inputId,
      field: queryField(name, inputId, shape.keywords, isRequired),
      hint: typesOf(shape.keywords).length > 0 && html`<span class="prop-type">${typeLabel(shape, query)}</span>`,
      required: isRequired,
      description: typeof shape.keywords['description'] === 'string' ? shape.keywords['description'] : undefined,
    })
  })
}

function queryField(name: string, inputId: string, keywords: JsonObject, required: boolean): Fragment {
  const values = Array.isArray(keywords['enum'])
    ? keywords['enum']
    : typesOf(keywords)[0] === 'boolean'
      ? [true, false]
      : undefined
  const preset =
    keywords['default'] ??
    (required
      ? (values?.[0] ?? (Array.isArray(keywords['examples']) ? keywords['examples'][0] : undefined))
      : undefined)
  const attributes = html`id="${inputId}" data-query="${name}"${required && html` required`}`
  if (values === undefined) {
    const placeholder = keywords['default'] === undefined ? '' : `${text(keywords['default'])} (default)`
    return html`<input
      ${attributes}
      value="${required ? text(preset) : ''}"
      placeholder="${placeholder}"
      spellcheck="false"
      autocomplete="off"
      autocapitalize="off"
    />`
  }
  // Left out unless it is asked for: the server's default is then the default, and the address stays short.
  const unset =
    !required &&
    html`<option value="">
      ${keywords['default'] === undefined ? 'not sent' : `${text(keywords['default'])} (default)`}
    </option>`
  const options = values.map(
    (value) =>
      html`<option value="${text(value)}" ${required && value === preset && html` selected`}>${text(value)}</option>`,
  )
  return html`<select ${attributes}>
    ${unset}${options}
  </select>`
}

interface InputRow {
  readonly label: string
  readonly inputId: string
  readonly field: Fragment
  readonly hint: Fragment
  readonly required: boolean
  readonly description: string | undefined
}

function inputRow({ label, inputId, field, hint, required, description }: InputRow): Fragment {
  return html`<div class="input-row">
    <div class="input-label">
      <label for="${inputId}"><code>${label}</code></label
      >${hint}${required && html`<span class="required">required</span>`}
    </div>
    <div class="input-field">${field}</div>
    <div class="prop-text">${markdown(description)}</div>
  </div>`
}

function bindingText(query: JsonSchema): Fragment {
  const description = isObject(query) ? query['description'] : undefined
  return typeof description === 'string' && html`<div class="prop-text">${markdown(description)}</div>`
}

function text(value: unknown): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}
