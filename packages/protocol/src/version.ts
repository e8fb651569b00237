/** The WebSocket subprotocol. It changes with any change that an older peer would misunderstand; a test pins it to the messages' schemas. */
export const SUBPROTOCOL = 'hydrant.v1'

/** Where the server speaks it. */
export const CONNECT_PATH = '/-/connect'
