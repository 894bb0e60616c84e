/** The chat a terminal runs, over a store in memory, in the process of a test. */
import { type Crypto, Engine } from '@kith/protocol'
import { createNodeDialer, createSystemClock, openChat, verifyManyNative, type OpenChat } from '@kith/peer/node'
import { MemoryLock } from '../../packages/peer/src/memory/lock.ts'
import { openMemoryStorage } from '../../packages/peer/src/memory/storage.ts'
import { createNodeRelayDialer } from '../../packages/peer/src/node/node.ts'

export async function openMemoryChat(crypto: Crypto, name: string): Promise<OpenChat> {
  const clock = createSystemClock()
  return openChat({
    clock,
    crypto,
    storage: await openMemoryStorage(),
    lock: new MemoryLock(),
    platform: 'node',
    nextTurn: (run) => void setImmediate(run),
    verifyMany: verifyManyNative,
    createEngine: (options, now) => new Engine(options, now),
    dialRelay: createNodeRelayDialer({ clock }),
    dialerFor: () => createNodeDialer({ clock }),
    defaultName: name,
  })
}
