import { HydrantError } from '../../errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Authenticator } from '../guard.ts'
import { configured } from './keys.ts'
import type { CertificateSettings } from './settings.ts'

/**
 * Client certificates. The handshake has proved that the peer holds the key; a fingerprint names one certificate, whoever signed it, and a subject
 * counts only when an authority that the server accepts has signed it.
 */
export function certificateAuthenticator(
  scheme: string,
  settings: readonly CertificateSettings[],
  clock: Clock,
): Authenticator {
  const known = settings.map((each) => ({
    fingerprint: each.fingerprint?.replaceAll(':', '').toUpperCase(),
    subject: each.subject,
    principal: configured(scheme, each),
  }))
  return {
    scheme,
    carrier: { challenge: undefined, credentialOf: () => undefined },
    authenticate({ certificate, messageToken }) {
      if (certificate === undefined || messageToken !== undefined) return undefined
      const { peer, authorized } = certificate
      if (Date.parse(peer.valid_to) <= clock.wallMs())
        throw new HydrantError('unauthenticated', 'the certificate has expired')
      const fingerprint = peer.fingerprint256.replaceAll(':', '')
      const subject = subjectOf(peer.subject)
      const found = known.find(
        (each) =>
          each.fingerprint === fingerprint || (authorized && each.subject !== undefined && each.subject === subject),
      )
      if (found === undefined) throw new HydrantError('unauthenticated', 'the certificate is not known')
      return { ...found.principal, expiresAt: Date.parse(peer.valid_to) }
    },
    renewed: (principal) => {
      const found = known.find((each) => each.principal.id === principal.id)
      if (found === undefined) return undefined
      return { ...found.principal, ...(principal.expiresAt === undefined ? {} : { expiresAt: principal.expiresAt }) }
    },
  }
}

/** RFC 4514, in the order of the certificate: `CN=gateway,O=Example`. A value with a comma, plus or equals sign can name two subjects, so it is escaped. */
function subjectOf(subject: object): string {
  return Object.entries(subject)
    .flatMap(([name, values]) => [values as string | string[]].flat().map((value) => `${name}=${escaped(value)}`))
    .join(',')
}

function escaped(value: string): string {
  return value.replaceAll(/[\\,+="<>;#]/g, (special) => `\\${special}`)
}
