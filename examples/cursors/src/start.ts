import { start } from '@hydrant/example-site/start'
import { openCursors } from './cursors.ts'

await start(openCursors, 'in two windows side by side, and move the mouse, a finger or the arrow keys.')
