/**
 * The shape of every text people hand each other: `<relay origin>/#<fragment>`, or `kith:#<fragment>` without a relay.
 *
 * The secret is in the fragment, which browsers never send to a server. Surrounding white space and the angle brackets
 * mail programs add are forgiven; anything else is not.
 */

export interface FragmentLink {
  /** Such as `https://chat.example` or `http://localhost:6765`; undefined when there is no relay. */
  readonly relay: string | undefined
  readonly fragment: string
}

export const maxFragmentLinkLength = 512

const webLink = /^(https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)\/?#([A-Za-z0-9_-]+)$/
const bareLink = /^kith:#([A-Za-z0-9_-]+)$/

export function parseFragmentLink(text: string): FragmentLink | undefined {
  if (text.length > maxFragmentLinkLength) return undefined
  const trimmed = text.trim().replace(/^<(.*)>$/, '$1')
  const hash = trimmed.indexOf('#')
  const normal = hash < 0 ? trimmed : trimmed.slice(0, hash).toLowerCase() + trimmed.slice(hash)
  const [, relay, fragment] = webLink.exec(normal) ?? [undefined, undefined, bareLink.exec(normal)?.[1]]
  if (fragment === undefined) return undefined
  const port = relay === undefined ? undefined : /:([0-9]+)$/.exec(relay)?.[1]
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return undefined
  return { relay, fragment }
}

export function formatFragmentLink({ relay, fragment }: FragmentLink): string {
  return `${relay === undefined ? 'kith:' : `${relay}/`}#${fragment}`
}
