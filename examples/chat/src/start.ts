import { start } from '@hydrant/example-site/start'
import { openChat } from './chat.ts'

await start(openChat, 'in two windows, and stop the server for a while: what you write meanwhile waits.')
