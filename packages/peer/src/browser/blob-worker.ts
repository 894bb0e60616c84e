/** The worker that holds the store of blobs: answers calls of `blob-client.ts`, each by its number. */
import { blockBytes } from '@kith/protocol'
import { createSystemClock } from '../system-clock.ts'
import { StorageFull } from '../storage-errors.ts'
import { BrowserBlobFiles } from './blob-files.ts'
import type { BlobAnswer, BlobCall } from './blob-client.ts'

interface WorkerPlace {
  onmessage: ((event: MessageEvent<BlobCall>) => void) | null
  postMessage(answer: BlobAnswer, transfer: Transferable[]): void
}

/**
 * Whoever writes gathers what comes until it is answered (`blob-runs.ts`). Small writes are therefore answered a little later:
 * every message between two threads wakes one of them, which costs more than to carry a block. Here, because in a hidden page
 * timers may take a second, and in its workers not.
 */
const pauseMs = 16
const smallBytes: number = 16 * blockBytes

const place = globalThis as unknown as WorkerPlace
const clock = createSystemClock()
const opening = (async () => {
  const origin = await navigator.storage.getDirectory()
  return (name: string) =>
    origin.getDirectoryHandle(name, { create: true }).then((directory) => new BrowserBlobFiles(directory, clock))
})()
let store: Promise<BrowserBlobFiles> | undefined

async function answer(call: BlobCall): Promise<unknown> {
  if (call.do === 'open') {
    store ??= opening.then((open) => open(call.name))
    await store
    return undefined
  }
  const files = await store
  switch (call.do) {
    case 'look':
      return files?.look(call.root, call.size)
    case 'write':
      await files?.write(call.root, call.size, call.part, call.index, call.bytes)
      if (call.bytes.length < smallBytes) await new Promise<void>((resolve) => void clock.after(pauseMs, resolve))
      return undefined
    case 'read':
      return files?.read(call.root, call.part, call.index, call.count)
    case 'move':
      return files?.move(call.root, call.to)
    case 'remove':
      return files?.remove(call.root)
    case 'list':
      return files?.list()
    case 'close':
      return files?.close()
  }
}

place.onmessage = ({ data: call }): void => {
  answer(call).then(
    (value) => {
      const transfer = value instanceof Uint8Array ? [value.buffer] : []
      place.postMessage({ id: call.id, outcome: 'done', value }, transfer)
    },
    (error: unknown) => {
      const outcome = error instanceof StorageFull ? 'full' : 'broken'
      place.postMessage({ id: call.id, outcome, value: undefined }, [])
    },
  )
}
