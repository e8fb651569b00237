import type { Admin } from '../../data/admin.ts'
import type { QuarantinedMessage, QuarantineGroup } from '../../data/admin-types.gen.ts'

interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** The kept messages as JSON lines, of one cause or of all. The pages are asked for, not the export, so that a snapshot can do it too. */
export async function exportLines(admin: Admin, group?: string): Promise<string> {
  const groups = group === undefined ? (await all<QuarantineGroup>(admin, 'quarantine')).map(({ id }) => id) : [group]
  const lines: string[] = []
  for (const id of groups) {
    for (const message of await all<QuarantinedMessage>(admin, `quarantine/${encodeURIComponent(id)}/messages`)) {
      lines.push(`${JSON.stringify(message)}\n`)
    }
  }
  return lines.join('')
}

async function all<Item>(admin: Admin, path: string): Promise<readonly Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page: Page<Item> = await admin.get<Page<Item>>(path, { limit: 300, cursor })
    items.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return items
}
