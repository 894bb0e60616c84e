/**
 * The peer group keys are measured beside: a group of MLS (RFC 9420) by ts-mls, suite 1 (X25519, AES-128-GCM, Ed25519).
 *
 * What is timed is the commit that takes one member out, which renews the keys of all others. The group is fresh: its
 * members were added by one commit and have not said anything yet, so most of the tree is blank, and a commit costs the
 * more for it. That is the state a room is in after people were invited. In a tree that everybody has committed to, it
 * is logarithmic.
 */
import {
  type KeyPackage,
  type Proposal,
  createCommit,
  createGroup,
  defaultCapabilities,
  defaultLifetime,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
} from 'ts-mls'

export interface MlsFigures {
  readonly commitMs: number
  readonly commitBytes: number
}

export async function measureMls(members: number): Promise<MlsFigures> {
  const impl = await getCiphersuiteImpl(getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'))
  const join = async (name: string): ReturnType<typeof generateKeyPackage> =>
    generateKeyPackage(
      { credentialType: 'basic', identity: new TextEncoder().encode(name) },
      defaultCapabilities(),
      defaultLifetime,
      [],
      impl,
    )
  const founder = await join('founder')
  const group = await createGroup(
    new TextEncoder().encode('room'),
    founder.publicPackage,
    founder.privatePackage,
    [],
    impl,
  )
  const packages: KeyPackage[] = []
  for (let i = 1; i <= members; i++) packages.push((await join(`member ${i}`)).publicPackage)
  const adds = packages.map((keyPackage): Proposal => ({ proposalType: 'add', add: { keyPackage } }))
  const { newState } = await createCommit({ state: group, cipherSuite: impl }, { extraProposals: adds })
  const leaves: Proposal = { proposalType: 'remove', remove: { removed: members } }
  const began = performance.now()
  const { commit } = await createCommit({ state: newState, cipherSuite: impl }, { extraProposals: [leaves] })
  return { commitMs: performance.now() - began, commitBytes: encodeMlsMessage(commit).length }
}
