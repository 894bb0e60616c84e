/**
 * Which devices speak for which identity in a room, as its operations say.
 *
 * Certificates come in `create` (the founder's), `add` (the newcomer's) and `device`; they are signed by the identity
 * itself, so nobody else can bring one. A revocation is signed by the identity, too, and takes back what the device wrote
 * beside or after it. Windows of time are not asked: whoever stole a device's key chooses its times.
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { headsOf } from '../identity/revocation.ts'
import { extensionOf, extensionTypes, openStatement } from '../identity/statement.ts'
import { type Node, isLater, knows, knowsOrIs } from './graph.ts'
import type { Head } from './operation-body.ts'
import type { Operation } from './operation.ts'

export interface Certified {
  readonly identity: string
  /** Signing key, hex. */
  readonly device: string
  readonly agree: Uint8Array
}

export interface Revoked {
  readonly identity: string
  readonly device: string
  readonly heads: readonly Head[]
}

/** What an operation says about devices; `false` when it brings something that is not what it has to be. */
export interface Papers {
  readonly certified: Certified | undefined
  readonly revoked: Revoked | undefined
}

const noPapers: Papers = { certified: undefined, revoked: undefined }

/** Checks the identity's signature in what an operation carries. Depends on nothing but its bytes. */
export function papersOf(crypto: Pick<Crypto, 'verify'>, { author, device, body }: Operation): Papers | false {
  switch (body.type) {
    case 'create':
    case 'add': {
      const about = body.type === 'create' ? author : body.subject
      const certified = certifiedBy(crypto, body.certificate, about)
      if (certified === undefined || (body.type === 'create' && certified.device !== device)) return false
      return { certified, revoked: undefined }
    }
    case 'device': {
      if (body.certificate.length === 0) {
        return { certified: { identity: author, device, agree: body.agree }, revoked: undefined }
      }
      const certified = certifiedBy(crypto, body.certificate, author)
      return certified !== undefined && { certified: { ...certified, agree: body.agree }, revoked: undefined }
    }
    case 'revocation': {
      const opened = openStatement(crypto, body.statement)
      if (!opened.ok || opened.value.type !== 'revocation') return false
      const heads = headsOf(opened.value).map(({ session, seq }) => ({ session: formatHex(session), seq }))
      const { issuer, subject } = opened.value
      return {
        certified: undefined,
        revoked: { identity: formatHex(issuer), device: formatHex(subject), heads },
      }
    }
    default:
      return noPapers
  }
}

function certifiedBy(crypto: Pick<Crypto, 'verify'>, bytes: Uint8Array, identity: string): Certified | undefined {
  const opened = openStatement(crypto, bytes)
  if (!opened.ok || opened.value.type !== 'device' || formatHex(opened.value.issuer) !== identity) return undefined
  const agree = extensionOf(opened.value, extensionTypes.agreeKey)
  return agree && { identity, device: formatHex(opened.value.subject), agree }
}

interface Paper {
  readonly node: Node
  readonly agree: Uint8Array
  /** Only the agree key is new. */
  readonly renews: boolean
}

export class Certificates {
  readonly #papers = new Map<string, Map<string, Paper[]>>()
  readonly #revoked = new Map<string, { readonly node: Node; readonly heads: readonly Head[] }[]>()

  note(node: Node, { certified, revoked }: Papers): void {
    if (certified !== undefined) {
      const { identity, device, agree } = certified
      const { body } = node.op
      const renews = body.type === 'device' && body.certificate.length === 0
      let devices = this.#papers.get(identity)
      if (devices === undefined) this.#papers.set(identity, (devices = new Map()))
      const papers = devices.get(device)
      if (papers === undefined) devices.set(device, [{ node, agree, renews }])
      else papers.push({ node, agree, renews })
    }
    if (revoked === undefined) return
    const key = revoked.identity + revoked.device
    this.#revoked.set(key, [...(this.#revoked.get(key) ?? []), { node, heads: revoked.heads }])
  }

  /** Could the device speak for the identity when it made `node`? */
  speaks(identity: string, device: string, node: Node): boolean {
    const papers = this.#papers.get(identity)?.get(device)
    if (papers?.some((paper) => !paper.renews && knowsOrIs(node, paper.node)) !== true) return false
    return (this.#revoked.get(identity + device) ?? []).every((one) => knows(one.node, node))
  }

  isRevoked(identity: string, device: string): boolean {
    return this.#revoked.has(identity + device)
  }

  /** Heads that count of a revoked device's sessions; undefined when it is not revoked. */
  headsOf(identity: string, device: string): readonly (readonly Head[])[] | undefined {
    return this.#revoked.get(identity + device)?.map(({ heads }) => heads)
  }

  /** Devices of an identity that are not revoked, and the newest agree key of each; `counts` leaves out void operations. */
  devicesOf(identity: string, counts: (node: Node) => boolean): readonly Certified[] {
    const devices: Certified[] = []
    for (const [device, papers] of this.#papers.get(identity) ?? []) {
      if (this.isRevoked(identity, device)) continue
      let newest: Paper | undefined
      for (const paper of papers) {
        if (counts(paper.node) && (newest === undefined || isLater(paper.node, newest.node))) newest = paper
      }
      if (newest !== undefined) devices.push({ identity, device, agree: newest.agree })
    }
    return devices
  }
}
