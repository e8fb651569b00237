/** An AsyncAPI document of at least so many bytes, as real ones grow: channels with parameters, messages, and schemas that refer to each other. */
export function largeContract(bytes: number, write: (document: object) => string): string {
  const channels: Record<string, object> = {}
  const operations: Record<string, object> = {}
  const messages: Record<string, object> = {}
  const schemas: Record<string, object> = {}
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'A large API', version: '1.0.0', description: 'Made by the bench.' },
    channels,
    operations,
    components: { messages, schemas },
  }
  for (let i = 0; ; i++) {
    const text = write(document)
    if (text.length >= bytes) return text
    const parts = partsOf(i)
    channels[`channel${i}`] = parts.channel
    operations[`send${i}`] = {
      action: 'send',
      channel: { $ref: `#/channels/channel${i}` },
      summary: `What happens to ${i}.`,
    }
    Object.assign(messages, parts.messages)
    Object.assign(schemas, parts.schemas)
  }
}

/** Block style, with scalars as in JSON. */
export function yamlOf(value: object, indent = ''): string {
  return Object.entries(value)
    .map(([name, each]: [string, unknown]) => {
      const key = Array.isArray(value) ? '-' : `${/^\w+$/.test(name) ? name : JSON.stringify(name)}:`
      if (typeof each !== 'object' || each === null) return `${indent}${key} ${JSON.stringify(each)}\n`
      return `${indent}${key}\n${yamlOf(each, `${indent}  `)}`
    })
    .join('')
}

function partsOf(i: number): { channel: object; messages: Record<string, object>; schemas: Record<string, object> } {
  const names = ['created', 'changed', 'removed'].map((what) => `${what}${i}`)
  return {
    channel: {
      address: `/things${i}/{id}`,
      description: `Everything that happens to one thing of kind ${i}.`,
      parameters: { id: { description: 'Which one.' } },
      messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    },
    messages: Object.fromEntries(
      names.map((name) => [
        name,
        {
          name,
          title: `Thing ${name}`,
          payload: {
            type: 'object',
            required: ['type', 'id', 'at'],
            properties: {
              type: { const: name },
              id: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[a-z0-9-]+$' },
              at: { type: 'string', format: 'date-time' },
              thing: { $ref: `#/components/schemas/thing${i}` },
            },
          },
        },
      ]),
    ),
    schemas: {
      [`thing${i}`]: {
        type: 'object',
        description: `A thing of kind ${i}.`,
        required: ['name', 'size'],
        properties: {
          name: { type: 'string', maxLength: 200, description: 'What people call it.' },
          size: { type: 'number', minimum: 0, description: 'In metres.' },
          colour: { type: 'string', enum: ['red', 'green', 'blue'] },
          tags: { type: 'array', maxItems: 20, items: { type: 'string', maxLength: 40 } },
          owner: { $ref: `#/components/schemas/owner${i}` },
        },
      },
      [`owner${i}`]: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, email: { type: 'string', format: 'email' }, since: { type: 'integer' } },
      },
    },
  }
}
