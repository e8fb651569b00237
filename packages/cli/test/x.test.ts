import { expect, it } from 'vitest'
import * as x from '../src/index.ts'
it('x', () => {
  expect(x).toBeDefined()
})
