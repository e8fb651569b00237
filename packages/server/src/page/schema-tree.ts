import type { JsonObject, JsonSchema, JsonValue } from '@hydrant/contract'

import { html, type Fragment } from './html.ts'
import { facts, hasFacts } from './schema-facts.ts'
import { typeLabel } from './schema-labels.ts'
import { isObject, nameOf, shapeOf, typesOf, type Alternatives, type SchemaShape } from './schema-shape.ts'

/**
 * A schema as a tree of properties that can be unfolded. A schema that contains itself is named where it comes again,
 * not repeated; a tree of more than 400 rows ends with a pointer to the contract.
 */
export function schemaTree(schema: JsonSchema): Fragment {
  const tree: Tree = { root: schema, rows: 0 }
  const shape = shapeOf(schema, schema)
  return html`${facts(shape)}${children(shape, tree, new Set(shape.refs), 0)}`
}

interface Tree {
  readonly root: JsonSchema
  rows: number
}

/** The references between the root and here: what is among them is recursive. */
type Path = ReadonlySet<string>

const maxRows = 400
const maxDepth = 16
/** Objects below the top open by themselves when they are this small. */
const smallObject = 4

function children(shape: SchemaShape, tree: Tree, path: Path, depth: number): Fragment {
  return [
    properties(shape, tree, path, depth),
    shape.alternatives.map((alternatives) => variants(alternatives, shape, tree, path, depth)),
    items(shape, tree, path, depth),
  ]
}

function properties(shape: SchemaShape, tree: Tree, path: Path, depth: number): Fragment {
  const { keywords } = shape
  const required = new Set(Array.isArray(keywords['required']) ? keywords['required'] : [])
  const rows: Fragment[] = []
  if (isObject(keywords['properties'])) {
    for (const [name, schema] of Object.entries(keywords['properties'])) {
      rows.push(row({ name, required: required.has(name), schema }, tree, path, depth))
    }
  }
  if (isObject(keywords['patternProperties'])) {
    for (const [pattern, schema] of Object.entries(keywords['patternProperties'])) {
      rows.push(row({ name: `/${pattern}/`, dynamic: true, schema }, tree, path, depth))
    }
  }
  if (isObject(keywords['additionalProperties'])) {
    rows.push(
      row({ name: 'any other name', dynamic: true, schema: keywords['additionalProperties'] }, tree, path, depth),
    )
  }
  return (
    rows.length > 0 &&
    html`<ul class="props">
      ${rows}
    </ul>`
  )
}

interface Row {
  readonly name: string
  readonly schema: JsonValue
  readonly required?: boolean
  /** The name stands for many: a pattern, or any other name. */
  readonly dynamic?: boolean
}

function row(entry: Row, tree: Tree, path: Path, depth: number): Fragment {
  if (++tree.rows > maxRows) {
    return (
      tree.rows === maxRows + 1 &&
      html`<li class="prop muted">More is in <a href="/-/asyncapi.yaml">the contract</a>.</li>`
    )
  }
  const shape = shapeOf(entry.schema as JsonSchema, tree.root)
  return html`<li class="prop">
    <div class="prop-head">
      <code class="${entry.dynamic ? 'prop-name dynamic' : 'prop-name'}">${entry.name}</code>
      <span class="prop-type">${typeLabel(shape, tree.root)}</span>
      ${entry.required && html`<span class="required">required</span>`}
      ${shape.keywords['deprecated'] === true && html`<span class="tag warn">deprecated</span>`}
      ${shape.keywords['readOnly'] === true && html`<span class="tag">read only</span>`}
      ${shape.keywords['writeOnly'] === true && html`<span class="tag">write only</span>`}
    </div>
    ${facts(shape)}${nested(shape, tree, path, depth + 1)}
  </li>`
}

/** What is inside a property's value, folded. */
function nested(shape: SchemaShape, tree: Tree, path: Path, depth: number): Fragment {
  const recursive = [...shape.refs].find((ref) => path.has(ref))
  const hasMore = hasChildren(shape, tree)
  if (recursive !== undefined && hasMore) {
    return html`<p class="recursive">↻ again a <code>${nameOf(shape) ?? 'value of this kind'}</code>, as above</p>`
  }
  if (!hasMore) return undefined
  if (depth >= maxDepth)
    return html`<p class="recursive">deeper levels are in <a href="/-/asyncapi.yaml">the contract</a></p>`
  const content = children(shape, tree, new Set([...path, ...shape.refs]), depth)
  if (isPlainArray(shape, tree)) return content
  const { text, size } = summary(shape)
  return html`<details class="nested" ${depth === 1 && size <= smallObject && html` open`}>
    <summary>${text}</summary>
    ${content}
  </details>`
}

function items(shape: SchemaShape, tree: Tree, path: Path, depth: number): Fragment {
  const { keywords } = shape
  const tuple = keywords['prefixItems'] ?? (Array.isArray(keywords['items']) ? keywords['items'] : undefined)
  if (Array.isArray(tuple)) {
    const rows = tuple.map((schema, index) => row({ name: `[${index}]`, required: true, schema }, tree, path, depth))
    return html`<ul class="props">
      ${rows}
    </ul>`
  }
  if (!isObject(keywords['items'])) return undefined
  const item = shapeOf(keywords['items'], tree.root)
  const recursive = [...item.refs].some((ref) => path.has(ref))
  if (recursive)
    return html`<p class="recursive">↻ each item is again a <code>${nameOf(item) ?? 'value of this kind'}</code></p>`
  const inside = depth < maxDepth && children(item, tree, new Set([...path, ...item.refs]), depth + 1)
  return html`<div class="items">
    <p class="items-label">Each item is ${withArticle(typeLabel(item, tree.root))}</p>
    ${facts(item)}${inside}
  </div>`
}

function variants(alternatives: Alternatives, shape: SchemaShape, tree: Tree, path: Path, depth: number): Fragment {
  // `string or null`: the type has said it, and there is nothing inside to unfold.
  const shapes = alternatives.schemas.map((schema) => shapeOf(schema, tree.root))
  if (shapes.every((inner) => !hasChildren(inner, tree) && !hasFacts(inner.keywords))) return undefined
  const rows = shapes.map((inner, index) => {
    if (++tree.rows > maxRows) return undefined
    const name = discriminator(inner, tree) ?? nameOf(inner) ?? `Option ${index + 1}`
    const recursive = [...inner.refs].some((ref) => path.has(ref))
    const body = recursive
      ? html`<p class="recursive">↻ again a <code>${nameOf(inner) ?? 'value of this kind'}</code>, as above</p>`
      : html`${facts(inner)}${depth < maxDepth && children(inner, tree, new Set([...path, ...inner.refs]), depth + 1)}`
    return html`<details class="variant" ${depth === 0 && shapes.length <= 3 && html`open`}>
      <summary><code>${name}</code> <span class="prop-type">${typeLabel(inner, tree.root)}</span></summary>
      ${body}
    </details>`
  })
  const label = alternatives.keyword === 'oneOf' ? 'One of' : 'Any of'
  const also = isObject(shape.keywords['properties']) ? 'and, besides the above, ' : ''
  return html`<div class="variants">
    <p class="variants-label">${also ? `${also}${label.toLowerCase()}` : label}</p>
    ${rows}
  </div>`
}

/** `type: "trade"`: the constant property that tells a variant from the others names it best. */
function discriminator(shape: SchemaShape, tree: Tree): string | undefined {
  if (!isObject(shape.keywords['properties'])) return undefined
  for (const [name, schema] of Object.entries(shape.keywords['properties'])) {
    const value = constantOf(shapeOf(schema as JsonSchema, tree.root).keywords)
    if (typeof value === 'string') return `${name}: ${JSON.stringify(value)}`
  }
  return undefined
}

function constantOf(keywords: JsonObject): JsonValue | undefined {
  if ('const' in keywords) return keywords['const']
  const values = keywords['enum']
  return Array.isArray(values) && values.length === 1 ? values[0] : undefined
}

function hasChildren(shape: SchemaShape, tree: Tree): boolean {
  const { keywords, alternatives } = shape
  return (
    alternatives.some(({ schemas }) => schemas.some((schema) => hasDetails(schema, tree))) ||
    (isObject(keywords['properties']) && Object.keys(keywords['properties']).length > 0) ||
    isObject(keywords['additionalProperties']) ||
    isObject(keywords['patternProperties']) ||
    Array.isArray(keywords['prefixItems']) ||
    Array.isArray(keywords['items']) ||
    (isObject(keywords['items']) && hasDetails(keywords['items'], tree))
  )
}

/** Whether there is more to say about a schema than its type. Does not look further than one level, so it ends. */
function hasDetails(schema: JsonSchema, tree: Tree): boolean {
  const { keywords, alternatives } = shapeOf(schema, tree.root)
  return (
    alternatives.length > 0 ||
    hasFacts(keywords) ||
    ['properties', 'additionalProperties', 'patternProperties', 'prefixItems', 'items'].some(
      (keyword) => typeof keywords[keyword] === 'object',
    )
  )
}

/** An array whose items have nothing inside them: a line says it, there is nothing to unfold. */
function isPlainArray({ keywords, alternatives }: SchemaShape, tree: Tree): boolean {
  if (alternatives.length > 0 || isObject(keywords['properties']) || !isObject(keywords['items'])) return false
  return !hasChildren(shapeOf(keywords['items'], tree.root), tree)
}

function withArticle(label: string): string {
  return `${/^[aeiou]/i.test(label) ? 'an' : 'a'} ${label}`
}

function summary(shape: SchemaShape): { text: string; size: number } {
  const own = isObject(shape.keywords['properties']) ? Object.keys(shape.keywords['properties']).length : 0
  if (own > 0) return { text: `${own} ${own === 1 ? 'property' : 'properties'}`, size: own }
  const [alternatives] = shape.alternatives
  if (alternatives !== undefined)
    return { text: `${alternatives.schemas.length} alternatives`, size: alternatives.schemas.length }
  return { text: typesOf(shape.keywords).includes('array') ? 'Items' : 'Details', size: 1 }
}
