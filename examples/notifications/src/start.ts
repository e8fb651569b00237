import { start } from '@hydrant/example-site/start'
import { openParcels } from './parcels.ts'

await start((port) => openParcels(port), 'in three windows: Ann in two of them, Ben in one.')
