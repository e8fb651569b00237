/** @peculiar/x509 makes its parts with tsyringe, which asks for this polyfill and, for what we use of it, never looks into it. */
export function provideReflectMetadata(): void {
  const none = (): undefined => undefined
  Object.assign(Reflect, { getMetadata: none, defineMetadata: none, getOwnMetadata: none })
}
