/**
 * The open questions of the first drafts, answered with figures; docs/measurements.md says what they mean.
 * `npm run bench -- measurements [--only sealing|replication|expiry|direct]`
 *
 * sealing       S1-04, one message to many: once under an epoch key, or to each member
 * replication   S1-06, until an entry is on every replica, and on every disk
 * expiry        S1-07, 100,000 entries that expire at once
 * direct        S1-08, replicating against sending straight
 */
import { type DirectFigures, measureDirect } from './measurements-direct.ts'
import { type ExpiryFigures, expiryTable, measureExpiry } from './measurements-expiry.ts'
import { type Carrier, measureReplication, type ReplicationFigures, replicationTable } from './measurements-replicas.ts'
import { measureSealing, type SealingFigures, sealingTable } from './measurements-sealing.ts'

export interface Measurements {
  readonly sealing?: { readonly native: SealingFigures; readonly script: SealingFigures }
  readonly replication?: readonly ReplicationFigures[]
  readonly expiry?: ExpiryFigures
  readonly direct?: readonly DirectFigures[]
}

const carriers: readonly Carrier[] = ['sockets', 'WebRTC']
const sizes = [2, 8, 16]

export async function run(options: Readonly<Record<string, unknown>> = {}): Promise<Measurements> {
  const only = options['only']
  const wanted = (name: keyof Measurements): boolean => only === undefined || only === name
  const measured: { -readonly [K in keyof Measurements]: Measurements[K] } = {}
  if (wanted('sealing')) measured.sealing = measureSealing()
  if (wanted('expiry')) measured.expiry = measureExpiry(Number(options['entries'] ?? 100_000))
  if (wanted('direct')) measured.direct = [...(await measureDirect('sockets')), ...(await measureDirect('WebRTC'))]
  if (wanted('replication') || wanted('direct')) {
    const replication: ReplicationFigures[] = []
    for (const carrier of carriers) {
      for (const peers of wanted('replication') ? sizes : [2]) {
        replication.push(await measureReplication(carrier, peers))
      }
    }
    measured.replication = replication
  }
  return measured
}

export function table(measured: Measurements): string {
  const { sealing, replication, expiry, direct } = measured
  const parts: string[] = []
  if (sealing !== undefined) parts.push(`S1-04\n${sealingTable(sealing)}`)
  if (replication !== undefined) parts.push(`S1-06\n${replicationTable(replication)}`)
  if (expiry !== undefined) parts.push(`S1-07\n${expiryTable(expiry)}`)
  if (direct !== undefined) parts.push(`S1-08\n${directTable(direct, replication ?? [])}`)
  return parts.join('\n\n')
}

/** The two ways side by side, one row each, with how often the bare frame's time and bytes they take. */
function directTable(direct: readonly DirectFigures[], replication: readonly ReplicationFigures[]): string {
  const lines = ['| carrier | way | p50 | p99 | bytes | time | bytes |', '|---|---|---|---|---|---|---|']
  for (const carrier of carriers) {
    const [bare] = direct.filter((one) => one.carrier === carrier)
    if (bare === undefined) continue
    const row = (way: string, p50Ms: number, p99Ms: number, bytes: number): void => {
      const times = `${(p50Ms / bare.p50Ms).toFixed(1)}× | ${(bytes / bare.bytes).toFixed(1)}×`
      lines.push(`| ${carrier} | ${way} | ${p50Ms} ms | ${p99Ms} ms | ${bytes} | ${times} |`)
    }
    for (const one of direct.filter((each) => each.carrier === carrier)) row(one.way, one.p50Ms, one.p99Ms, one.bytes)
    const pair = replication.find((one) => one.carrier === carrier && one.peers === 2)
    if (pair === undefined) continue
    row('replicated', pair.heldP50Ms, pair.heldP99Ms, pair.bytesPerDelivery)
    row('replicated, on both disks', pair.durableP50Ms, pair.durableP99Ms, pair.bytesPerDelivery)
  }
  return lines.join('\n')
}
