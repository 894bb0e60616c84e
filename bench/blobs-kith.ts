/**
 * Ten real programs of ours in this process, linked by plain sockets, each with a disk of its own: how long from handing
 * one of them a file until the last of the others has all of it, sealing, hashing and checking included.
 */
import { randomBytes } from 'node:crypto'
import { createNodeChat, type NodeChatOptions } from '@kith/peer/node'
import type { Room } from '@kith/peer'
import { openFolder, report, type Handed } from './blobs-side.ts'

async function run({ peers, bytes }: Handed): Promise<number> {
  const folder = await openFolder()
  const addresses: { host: string; port: number }[] = []
  const rooms: Room[] = []
  for (let i = 0; i < peers; i++) {
    const options: NodeChatOptions = {
      dataDir: `${folder}/${i}`,
      name: `Peer ${i}`,
      relay: null,
      listen: { port: 0, host: '127.0.0.1' },
      addresses: [...addresses],
    }
    const chat = await createNodeChat(options)
    if (chat.listening !== undefined) addresses.push({ host: '127.0.0.1', port: chat.listening.port })
    const [first] = rooms
    rooms.push(first === undefined ? await chat.create({ title: 'Files' }) : await chat.join(first.state.link))
  }
  const linked = (room: Room): boolean =>
    room.state.people.filter(({ me, path }) => !me && path === 'direct').length === peers - 1
  await Promise.all(rooms.map((room) => until(room, () => linked(room))))
  const [source, ...others] = rooms as [Room, ...Room[]]
  const start = performance.now()
  const done = others.map((room) => {
    let asked = false
    return until(room, () => {
      const file = room.timeline.length === 0 ? undefined : room.timeline.at(0).attachments[0]
      if (file !== undefined && !asked) {
        asked = true
        void room.fetchFile(file.root)
      }
      return file?.state === 'here'
    })
  })
  const content = new Blob([randomBytes(bytes)])
  await source.attach([{ name: 'file.bin', type: 'application/octet-stream', bytes: content }])
  await Promise.all(done)
  return performance.now() - start
}

function until(room: Room, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = room.subscribe(() => look())
    const look = (): void => {
      if (!holds()) return
      stop()
      resolve()
    }
    look()
  })
}

report(run)
