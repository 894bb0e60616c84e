/**
 * The certificate fingerprint of a session description (RFC 8122): what binds a link to its DTLS transport.
 *
 * Exactly one distinct SHA-256 fingerprint is allowed. A description with two would let whoever adds one choose which
 * certificate the transport accepts and which one the handshake covers.
 */

const fingerprintLine = /^a=fingerprint:([^ ]+) +([^\s]+)\s*$/i
const pairs = /^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i

/** The 32 bytes, or undefined when there is none, a second one, another hash, or one that cannot be read. */
export function readSdpFingerprint(sdp: string): Uint8Array | undefined {
  let found: string | undefined
  for (const line of sdp.split(/\r\n|\r|\n/)) {
    if (!/^a=fingerprint:/i.test(line)) continue
    const match = fingerprintLine.exec(line)
    const hash = match?.[1]?.toLowerCase()
    const value = match?.[2]?.toLowerCase()
    if (hash !== 'sha-256' || value === undefined || !pairs.test(value)) return undefined
    if (found !== undefined && found !== value) return undefined
    found = value
  }
  return found === undefined ? undefined : Uint8Array.from(found.split(':'), (pair) => Number.parseInt(pair, 16))
}
