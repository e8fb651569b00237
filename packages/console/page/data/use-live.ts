import { useEffect, useState } from 'react'
import type { LiveAddress } from './admin.ts'
import { useAdmin } from './context.tsx'

/** The newest value of a live channel and when it came; kept while the server is gone. */
export function useLive<Value>(address: LiveAddress): {
  readonly value: Value | undefined
  readonly at: number | undefined
} {
  const admin = useAdmin()
  const [held, setHeld] = useState<{ readonly value: Value; readonly at: number }>()
  useEffect(() => {
    setHeld(undefined)
    return admin.live<Value>(address, (value) => setHeld({ value, at: Date.now() }))
  }, [admin, address])
  return { value: held?.value, at: held?.at }
}
