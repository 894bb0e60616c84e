/**
 * The other side: ten WebTorrent clients in this process over TCP, each told of the others, each with a disk of its own;
 * how long from handing one of them a file until the last of the others has all of it.
 *
 * Over TCP, not WebRTC: in Node its WebRTC does not connect reliably, and TCP is the faster carrier. No tracker, no DHT.
 */
import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { openFolder, report, type Handed } from './blobs-side.ts'

interface Torrent {
  readonly torrentFile: Uint8Array
  readonly ready: boolean
  addPeer(address: string): void
  once(event: 'ready' | 'done', listener: () => void): void
}

interface Client {
  readonly listening: boolean
  readonly torrentPort: number
  on(event: 'error', listener: (error: Error) => void): void
  once(event: 'listening', listener: () => void): void
  seed(content: Uint8Array, options: object, onSeed: (torrent: Torrent) => void): void
  add(torrentFile: Uint8Array, options: object): Torrent
}

type Library = { readonly default: new (options: object) => Client }

const off = { dht: false, lsd: false, utp: false, natUpnp: false, natPmp: false, utPex: false, tracker: false }

async function run({ peers, bytes, library = '' }: Handed): Promise<number> {
  const { default: WebTorrent } = (await import(pathToFileURL(library).href)) as Library
  const folder = await openFolder()
  const clients = Array.from({ length: peers }, () => new WebTorrent(off))
  for (const client of clients) client.on('error', (error) => process.stderr.write(`${error.message}\n`))
  for (const client of clients) {
    if (!client.listening) await new Promise<void>((done) => client.once('listening', done))
  }
  const [source, ...others] = clients as [Client, ...Client[]]
  const content = randomBytes(bytes)
  const start = performance.now()
  const seeded = await new Promise<Torrent>((done) =>
    source.seed(content, { announce: [], name: 'file.bin', path: `${folder}/source` }, done),
  )
  const torrents = others.map((client, i) => client.add(seeded.torrentFile, { announce: [], path: `${folder}/${i}` }))
  const done = torrents.map((torrent) => new Promise<void>((resolve) => torrent.once('done', resolve)))
  for (const torrent of torrents) {
    if (!torrent.ready) await new Promise<void>((resolve) => torrent.once('ready', resolve))
  }
  // Everybody with everybody, once.
  torrents.forEach((torrent, i) => {
    for (const { torrentPort } of clients.slice(0, i + 1)) torrent.addPeer(`127.0.0.1:${torrentPort}`)
  })
  await Promise.all(done)
  return performance.now() - start
}

report(run)
