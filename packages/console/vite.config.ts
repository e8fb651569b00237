import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin, type UserConfig } from 'vite'

/** The admin listener that `npm run dev` talks to. */
const server = process.env['HYDRANT_ADMIN'] ?? 'http://localhost:8081'

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL('page', import.meta.url)),
  // Relative, so that the page works wherever it is mounted, and from a file.
  base: './',
  resolve: { conditions: ['@hydrant/source', 'module', 'browser', 'development|production'] },
  plugins: [react(), classicScript()],
  server: { proxy: { '/-': { target: server, ws: true }, '/metrics': server } },
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    // One file of each kind: nothing is loaded later, so nothing can be missing after the server went away.
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        format: 'iife',
        entryFileNames: 'assets/console-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
})

export default config

/** A page that was opened as a file may not load modules; it may load this. */
function classicScript(): Plugin {
  return {
    name: 'classic-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html) =>
        html.replaceAll('<script type="module" crossorigin', '<script defer').replaceAll(' crossorigin', ''),
    },
  }
}
