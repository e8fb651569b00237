import { useEffect, useState } from 'react'

/** The value, once it has rested: a letter is not yet a question. */
export function useDebounced<Value>(value: Value, ms = 200): Value {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return rested
}
