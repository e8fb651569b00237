/** What a promise rejects with; throws when it does not. Listens at once, so that no rejection is unhandled meanwhile. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(value)}`)
}
