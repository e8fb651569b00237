/** The operators' page as files, for whoever serves it. Nothing of the page itself (React, charts) is imported here. */
export { CONSOLE_HEADERS, type ConsoleAsset, type ConsoleAssets, readConsole } from './assets.ts'
