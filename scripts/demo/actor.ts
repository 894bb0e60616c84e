/**
 * One person of the conversation as a real peer: the same chat the terminal runs, on a store in memory, going on as the
 * person the history knows. It links to whoever joins, syncs, shows when it types, and says its lines.
 */
import { Engine } from '@kith/protocol'
import type { Crypto, RoomKeys, StoreChange } from '@kith/protocol'
import { createNodeDialer, createSystemClock, createTickWakes, openChat, verifyManyNative } from '@kith/peer/node'
import type { OpenChat } from '@kith/peer/node'
import { ChatStore } from '../../packages/peer/src/chat-store.ts'
import type { PersonaSecrets } from '../../packages/peer/src/persona.ts'
import { MemoryLock } from '../../packages/peer/src/memory/lock.ts'
import { openMemoryStorage } from '../../packages/peer/src/memory/storage.ts'
import { createNodeRelayDialer } from '../../packages/peer/src/node/node.ts'

export interface ActorOptions {
  readonly crypto: Crypto
  readonly keys: RoomKeys
  readonly secret: Uint8Array
  readonly relay: string
  readonly title: string
  readonly name: string
  readonly persona: PersonaSecrets
  /** Records of the room that this actor brings along: the history. */
  readonly history?: readonly StoreChange[] | undefined
}

const writesAtOnce = 500

export async function openActor(options: ActorOptions): Promise<OpenChat> {
  const { crypto, keys, name } = options
  const clock = createSystemClock()
  const storage = await openMemoryStorage()
  const store = new ChatStore(storage)
  await store.writeSettings({
    name,
    relayOnly: false,
    lockAfter: 0,
    fileLimit: 0,
    notifying: { on: false, show: 'nothing', sound: false },
  })
  await store.writeRoom({
    id: keys.id,
    secret: options.secret,
    relay: options.relay,
    title: options.title,
    name: undefined,
    joinedAt: clock.now(),
    persona: options.persona,
  })
  const history = options.history ?? []
  for (let i = 0; i < history.length; i += writesAtOnce) {
    const changes = history.slice(i, i + writesAtOnce)
    await storage.write(changes.map(({ key, value }) => ({ key: `room/${keys.id}/${key}`, value })))
  }
  return openChat({
    clock,
    crypto,
    storage,
    lock: new MemoryLock(),
    platform: 'node',
    nextTurn: (run) => void setImmediate(run),
    verifyMany: verifyManyNative,
    createEngine: (engine, now) => new Engine(engine, now),
    dialRelay: createNodeRelayDialer({ clock }),
    dialerFor: () => (offerer, events) => createNodeDialer({ clock })(offerer, events),
    wakes: createTickWakes(clock),
    defaultRelay: options.relay,
    defaultName: name,
  })
}
