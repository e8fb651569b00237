#!/usr/bin/env node
// Before anything is imported: older versions would end in a stack trace about what they do not know.
const [major] = process.versions.node.split('.')
if (Number(major) < 22) {
  console.error(`hydrant: needs Node 22 or later, this is ${process.version}`)
  process.exitCode = 70
} else {
  await import('../dist/main.js')
}
