/** The AsyncAPI contract: reader, model, address matcher, validation, normalization, diagnostics. Pure: no I/O, no timers, runs in browsers. */
export type { Change, ChangeKind } from './compare/change.ts'
export { compareContracts } from './compare/compare-contracts.ts'
export { diagnosticCodes } from './diagnostics.ts'
export type { DiagnosticCode } from './diagnostics.ts'
export type { JsonObject, JsonSchema, JsonValue } from './json.ts'
export type {
  Action,
  AddressMatch,
  Allow,
  AllowCondition,
  AllowRule,
  AllowValue,
  Channel,
  DeclaredError,
  ChannelKind,
  CheckResult,
  Contract,
  Diagnostic,
  Encoding,
  ExternalDocs,
  Info,
  Message,
  MessageExample,
  MessageSet,
  Operation,
  OperationReply,
  Overflow,
  Parameter,
  Payload,
  Perspective,
  SchemaError,
  SecurityScheme,
  Server,
  ServerVariable,
  Tag,
} from './model.ts'
export { ContractError, defineContract } from './read/define-contract.ts'
export { readContract } from './read/contract.ts'
export type { ReadOptions, ReadResult } from './read/contract.ts'
export { compileSchema } from './schema/compile-schema.ts'
export type { StandardSchema } from './schema/standard-schema.ts'
