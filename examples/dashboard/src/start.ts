import { start } from '@hydrant/example-site/start'
import { openWindFarm } from './wind-farm.ts'

await start(openWindFarm, 'and turn the rate up and down: what is skipped was replaced by something newer.')
