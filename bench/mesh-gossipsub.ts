/**
 * The other side of the mesh benchmark: js gossipsub as published, with TCP, Noise and Yamux, its own defaults, and every
 * message signed and checked (`StrictSign`).
 *
 * Two defaults are turned off, because they are about addresses and all nodes here share one: the score that punishes
 * peers with the same IP address (with it the mesh empties and nothing arrives), and the limit of five incoming
 * connections a second from one host. It has no way of its own to find peers, so each node is told eight others.
 */
import { createRandom, type Ledger, type Load, measureSide, type MeshSide, serve, textBytes } from './mesh-load.ts'

const contacts = 8
const topic = 'room'

// Node 20 does not have it yet; it is all that keeps libp2p from running there.
if (!('withResolvers' in Promise)) {
  Object.assign(Promise, {
    withResolvers(): object {
      let resolve: unknown
      let reject: unknown
      const promise = new Promise((done, fail) => {
        resolve = done
        reject = fail
      })
      return { promise, resolve, reject }
    },
  })
}

// Loaded late, after the line above.
const [{ createLibp2p }, { tcp }, { noise }, { yamux }, { identify }, { gossipsub }] = await Promise.all([
  import('libp2p'),
  import('@libp2p/tcp'),
  import('@libp2p/noise'),
  import('@libp2p/yamux'),
  import('@libp2p/identify'),
  import('@libp2p/gossipsub'),
])

async function createNode() {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity, maxIncomingPendingConnections: 100 },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictSign',
        allowPublishToZeroTopicPeers: true,
        scoreParams: { IPColocationFactorWeight: 0 },
      }),
    },
  })
}

type Node = Awaited<ReturnType<typeof createNode>>

async function start(load: Load, ledger: Ledger): Promise<MeshSide> {
  const random = createRandom(load.seed + 1)
  const nodes: Node[] = []
  let copies = 0
  let deliveries = 0
  for (let i = 0; i < load.peers; i++) {
    const node = await createNode()
    const { pubsub } = node.services
    countCopies(pubsub, () => copies++)
    const decoder = new TextDecoder()
    pubsub.addEventListener('message', ({ detail }) => {
      const sender = detail.type === 'signed' ? detail.from.toString() : ''
      if (sender === node.peerId.toString()) return
      deliveries++
      ledger.heard(i, decoder.decode(detail.data))
    })
    pubsub.subscribe(topic)
    nodes.push(node)
  }
  for (let i = 1; i < nodes.length; i++) {
    const known = new Set<Node>()
    while (known.size < Math.min(i, contacts)) known.add(nodes[Math.floor(random() * i)] as Node)
    for (const other of known) await nodes[i]?.dial(other.getMultiaddrs())
  }
  const encoder = new TextEncoder()
  return {
    post: (sender, text) => void nodes[sender]?.services.pubsub.publish(topic, encoder.encode(text)),
    encodedBytes: () => messageBytes,
    isSettled: () => nodes.every((node) => node.services.pubsub.getSubscribers(topic).length > 0),
    links: () => nodes.reduce((sum, node) => sum + node.getConnections().length, 0),
    redundant: () => copies - deliveries,
  }
}

/**
 * One message as gossipsub's protobuf carries it: data, author (an Ed25519 peer id, which holds the key), sequence number,
 * topic and signature, each after one byte of field and its length.
 */
const messageBytes = textBytes + 3 + (38 + 2) + (8 + 2) + (topic.length + 2) + (64 + 2)

/** Every copy of a message that comes in passes this method of the implementation. */
function countCopies(pubsub: object, count: () => void): void {
  const inner = pubsub as { handleReceivedMessage?: (...args: unknown[]) => Promise<unknown> }
  const original = inner.handleReceivedMessage
  if (original === undefined) throw new Error('this gossipsub has no handleReceivedMessage to count copies at')
  inner.handleReceivedMessage = function handle(...args: unknown[]): Promise<unknown> {
    count()
    return original.apply(this, args)
  }
}

serve((load) => measureSide(load, (ledger) => start(load, ledger)))
