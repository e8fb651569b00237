import { Markup } from './html.ts'

/** A hydrant: cap, barrel with two outlets, base. The colour is the text's. */
export const iconShape: Markup = new Markup(
  '<path d="M11 2h2v1.6a4.5 4.5 0 0 1 3.5 4.4H17.5v2H6.5V8H7.5A4.5 4.5 0 0 1 11 3.6Z"/><path d="M7.5 11h9v8h2v3h-13v-3h2ZM12 12.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Z" fill-rule="evenodd"/><path d="M3.5 12.5h3v4h-3a.8.8 0 0 1-.8-.8v-2.4a.8.8 0 0 1 .8-.8ZM17.5 12.5h3a.8.8 0 0 1 .8.8v2.4a.8.8 0 0 1-.8.8h-3Z"/>',
)

/** The icon as a file, for the browser's tab. */
export const iconFile: string = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#0b8078">${iconShape.toString()}</svg>`
