import type { Findings } from '../diagnostics.ts'
import type { StandardSchema } from '../schema/standard-schema.ts'
import type { SchemaInspector } from '../schema/inspect.ts'
import type { Compiler } from '../schema/validator.ts'
import type { JsonSchema } from '../json.ts'
import type { Perspective, SecurityScheme } from '../model.ts'
import type { References } from './refs.ts'

/** What every reader needs while one document is read. */
export interface ReadContext {
  readonly findings: Findings
  readonly references: References
  readonly compiler: Compiler
  readonly inspector: SchemaInspector
  readonly perspective: Perspective
  /** The document's `defaultContentType`; undefined when it has none. */
  readonly defaultContentType: string | undefined
  /** By key in `components.securitySchemes`. */
  readonly securitySchemes: ReadonlyMap<string, SecurityScheme>
  /** Payload schemas given from TypeScript, by message name or key. */
  readonly payloads: ReadonlyMap<string, StandardSchema | JsonSchema>
}
