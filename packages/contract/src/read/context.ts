import type { HistoryDefaults } from './extensions.ts'
import type { Findings } from '../diagnostics.ts'
import type { SchemaInspector } from '../schema/inspect.ts'
import type { Compiler } from '../schema/validator.ts'
import type { Perspective, SecurityScheme } from '../model.ts'
import type { References } from './refs.ts'
import type { StandardSchemas } from './stand-in.ts'

/** What every reader needs while one document is read. */
export interface ReadContext {
  readonly findings: Findings
  readonly references: References
  readonly compiler: Compiler
  readonly inspector: SchemaInspector
  readonly perspective: Perspective
  readonly history: HistoryDefaults
  /** The document's `defaultContentType`; undefined when it has none. */
  readonly defaultContentType: string | undefined
  /** By key in `components.securitySchemes`. */
  readonly securitySchemes: ReadonlyMap<string, SecurityScheme>
  /** The Standard Schemas among the payloads. */
  readonly standards: StandardSchemas
}
