/**
 * Which side of RFC 6455 a connection plays. A client masks what it sends and a server refuses what is not masked (§5.1);
 * a server is the first to close the TCP connection (§7.1.1).
 */
export type Role = 'server' | 'client'
