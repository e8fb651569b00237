/** The lines that `npm start` prints. Each command works when it is pasted into another terminal of this folder. */
export function whatToTry(host: string): string[] {
  return [
    `Market data is live at http://${host}`,
    '',
    'Open the API in a browser:',
    `  http://${host}/`,
    '',
    'Then try, in another terminal:',
    ...commandsToTry(host).flatMap(({ what, command }) => [`  # ${what}`, `  ${command}`]),
    '',
    'Ctrl-C stops it.',
  ]
}

/** The commands alone. */
function commandsToTry(host: string): { readonly what: string; readonly command: string }[] {
  return [
    { what: 'the last three trades', command: `curl 'http://${host}/trades/AAPL?limit=3'` },
    {
      what: 'trades as they happen, over Server-Sent Events',
      command: `curl -N -H 'Accept: text/event-stream' http://${host}/trades/AAPL`,
    },
    {
      what: 'quotes over a WebSocket; any client will do: websocat, wscat, a browser',
      command: `npx hydrant subscribe ws://${host}/quotes`,
    },
    {
      what: 'be told when IBM trades above 80 dollars: listen here …',
      command: `npx hydrant subscribe http://${host}/alerts`,
    },
    {
      what: '… and ask for it in a third terminal; it takes some seconds',
      command: `npx hydrant publish http://${host}/alerts '{"type":"set","symbol":"IBM","when":"above","price":80}'`,
    },
    {
      what: 'a message that does not fit the contract is refused, and says why',
      command: `npx hydrant publish http://${host}/alerts '{"type":"set","symbol":"IBM","when":"soon","price":80}'`,
    },
  ]
}
