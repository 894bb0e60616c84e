/** A member who has the history, in a process of its own: started by `sync-newcomer.ts` with what it needs in a file. */
import { readFileSync } from 'node:fs'
import { deserialize } from 'node:v8'
import type { StoreChange } from '@kith/protocol'
import { openMemoryStorage } from '../packages/peer/src/memory/storage.ts'
import { openRealPeer } from './real-peer.ts'

export interface MemberFile {
  readonly secret: Uint8Array
  readonly relay: string
  readonly stores: readonly StoreChange[]
}

const { secret, relay, stores } = deserialize(readFileSync(process.argv[2] as string)) as MemberFile
const storage = await openMemoryStorage()
await storage.write(stores)
const peer = await openRealPeer({
  name: 'Member',
  secret: new Uint8Array(secret),
  storage,
  dial: 'webrtc',
  relay,
  onEvent: (event) => {
    if (event.type === 'sync' && event.have > 0 && event.phase !== 'loading') process.send?.('loaded')
  },
})
process.on('disconnect', () => void peer.close().then(() => process.exit()))
