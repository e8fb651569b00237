import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Where `.ci/run` wants the results, to count them. */
const results = process.env['TEST_RESULTS']

export default defineConfig({
  // Tests read the packages' sources, so that a failing line is the line that was written.
  resolve: { conditions: ['@hydrant/source', 'node'] },
  ssr: { resolve: { conditions: ['@hydrant/source', 'node'] } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'attack/test/**/*.test.ts',
    ],
    // Vitest would leave one core idle. Many tests wait for a browser or a process, so every core can have a file.
    maxWorkers: availableParallelism(),
    // Limits for what hangs, not for what is slow: a busy machine must not make a test red.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
  },
})
