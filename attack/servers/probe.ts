// Loaded into every server under attack with `--import`: answers what only the process itself can know.
const collect = (globalThis as { gc?: () => void }).gc

process.on('message', (question: unknown) => {
  if (question === 'usage') {
    process.send?.(process.memoryUsage())
  }
  if (question !== 'memory') return
  // Twice, with a turn between: finalizers of buffers run after the first.
  collect?.()
  setImmediate(() => {
    collect?.()
    const { heapUsed, external } = process.memoryUsage()
    process.send?.({ heldBytes: heapUsed + external })
  })
})
process.channel?.unref()
