import { useEffect, useState } from 'react'
import type { LiveAddress } from './admin.ts'
import { useAdmin } from './context.tsx'

/** The newest value of a live channel; kept while the server is gone. */
export function useLive<Value>(address: LiveAddress): Value | undefined {
  const admin = useAdmin()
  const [held, setHeld] = useState<{ readonly value: Value }>()
  useEffect(() => {
    setHeld(undefined)
    return admin.live<Value>(address, (value) => setHeld({ value }))
  }, [admin, address])
  return held?.value
}
